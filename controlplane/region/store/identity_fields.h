// The fields of the identities' records, for record_json.cc alone.
#pragma once

#include "controlplane/region/model/identities.h"
#include "controlplane/region/store/record_fields.h"

namespace elastilab {

template <typename V>
void Fields(V& v, Is<InlinePolicy> auto& r) {
  v("name", r.name);
  v("document", r.document);
}

template <typename V>
void Fields(V& v, Is<IamUser> auto& r) {
  v("name", r.name);
  v("path", r.path);
  v("id", r.id);
  v("created_at", r.created_at);
  v("groups", r.groups);
  v("attached", r.attached);
  v("inline_policies", r.inline_policies);
  v("boundary", r.boundary);
  v("tags", r.tags);
}

template <typename V>
void Fields(V& v, Is<IamGroup> auto& r) {
  v("name", r.name);
  v("path", r.path);
  v("id", r.id);
  v("created_at", r.created_at);
  v("attached", r.attached);
  v("inline_policies", r.inline_policies);
}

template <typename V>
void Fields(V& v, Is<IamRole> auto& r) {
  v("name", r.name);
  v("path", r.path);
  v("id", r.id);
  v("created_at", r.created_at);
  v("trust_policy", r.trust_policy);
  v("description", r.description);
  v("max_session_seconds", r.max_session_seconds);
  v("attached", r.attached);
  v("inline_policies", r.inline_policies);
  v("boundary", r.boundary);
  v("tags", r.tags);
}

template <typename V>
void Fields(V& v, Is<AccessKey> auto& r) {
  v("id", r.id);
  v("user_name", r.user_name);
  v("active", r.active);
  v("created_at", r.created_at);
}

template <typename V>
void Fields(V& v, Is<PolicyVersion> auto& r) {
  v("number", r.number);
  v("document", r.document);
  v("created_at", r.created_at);
}

template <typename V>
void Fields(V& v, Is<ManagedPolicy> auto& r) {
  v("name", r.name);
  v("path", r.path);
  v("id", r.id);
  v("description", r.description);
  v("created_at", r.created_at);
  v("updated_at", r.updated_at);
  v("versions", r.versions);
  v("default_version", r.default_version);
  v("last_version", r.last_version);
  v("tags", r.tags);
}

}  // namespace elastilab
