// Identities of the account, as stored: who may sign, and with what policies. Names are unique without regard to case;
// records are found by the name in lower case and keep it as it was given.
//
// Policies are kept as the JSON text that was given; identity/directory/directory.h compiles them. Secrets of access keys are not here:
// they are derived from the lab's key (identity/directory/credentials.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/clock.h"
#include "controlplane/region/model/tags.h"

namespace elastilab {

struct InlinePolicy {
  std::string name = {};
  std::string document = {};
  bool operator==(const InlinePolicy&) const = default;
};

struct IamUser {
  std::string name = {};
  std::string path = "/";
  std::string id = {};                           // "AIDA…"
  ServiceTime created_at = {};
  std::vector<std::string> groups = {};          // names, in the order they were joined
  std::vector<std::string> attached = {};        // ARNs of managed policies
  std::vector<InlinePolicy> inline_policies = {};
  std::string boundary = {};                     // ARN; empty: none
  std::vector<Tag> tags = {};
  bool operator==(const IamUser&) const = default;
};

struct IamGroup {
  std::string name = {};
  std::string path = "/";
  std::string id = {};  // "AGPA…"
  ServiceTime created_at = {};
  std::vector<std::string> attached = {};
  std::vector<InlinePolicy> inline_policies = {};
  bool operator==(const IamGroup&) const = default;
};

struct IamRole {
  std::string name = {};
  std::string path = "/";
  std::string id = {};  // "AROA…"
  ServiceTime created_at = {};
  std::string trust_policy = {};
  std::string description = {};
  int max_session_seconds = 3600;
  std::vector<std::string> attached = {};
  std::vector<InlinePolicy> inline_policies = {};
  std::string boundary = {};
  std::vector<Tag> tags = {};
  bool operator==(const IamRole&) const = default;
};

struct AccessKey {
  std::string id = {};         // "AKIA…"
  std::string user_name = {};
  bool active = true;
  ServiceTime created_at = {};
  bool operator==(const AccessKey&) const = default;
};

struct PolicyVersion {
  int number = 1;         // "v1"
  std::string document = {};
  ServiceTime created_at = {};
  bool operator==(const PolicyVersion&) const = default;
};

struct ManagedPolicy {
  std::string name = {};
  std::string path = "/";
  std::string id = {};  // "ANPA…"
  std::string description = {};
  ServiceTime created_at = {};
  ServiceTime updated_at = {};
  std::vector<PolicyVersion> versions = {};  // oldest first; one to five
  int default_version = 1;
  int last_version = 1;                 // numbers are never used again
  std::vector<Tag> tags = {};
  bool operator==(const ManagedPolicy&) const = default;
};

}  // namespace elastilab
