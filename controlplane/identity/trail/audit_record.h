// One line of the trail, in CloudTrail's record format (eventVersion 1.08), as JSON without a newline. Secrets are never
// in it: members marked `sensitive`, and passwords in access strings, are "HIDDEN_DUE_TO_SECURITY_REASONS". Texts that are
// longer than CloudTrail's limits are cut or left out, so that a line has at most some 200 KiB.
#pragma once

#include <string>
#include <string_view>

#include "common/clock.h"
#include "common/status.h"
#include "controlplane/identity/signature/caller.h"
#include "schema/operations.h"

namespace elastilab {

struct AuditedCall {
  std::string_view service;     // "elasticache"
  std::string_view event_name;  // "CreateCacheCluster"
  bool read_only = false;
  std::string_view request_id;
  std::string_view region;
  ServiceTime at;
  const Caller& caller;
  const Status& outcome;
  std::string_view decided_by = {};                     // the statement that allowed or refused it
  const google::protobuf::Message* request = nullptr;   // null: it could not be read
  const google::protobuf::Message* response = nullptr;  // null: there is none
};

// `event_id` is the record's own id, a UUID.
std::string AuditRecord(const AuditedCall& call, std::string_view event_id);

// Whether the trail has a line for it: all that changes something or tried to, and every refusal.
bool IsAudited(bool read_only, const Status& outcome);

// Whether an operation of a service ("elasticache", "iam", "sts") only reads, by its name alone: for calls that are refused
// before they are read. A name that is none counts as a change.
bool IsReadOnly(std::string_view service, std::string_view operation);

// A random UUID (version 4).
std::string NewUuid();

}  // namespace elastilab
