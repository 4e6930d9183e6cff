// Access keys, their secrets, and sessions. No secret is stored: that of a key is derived from the lab's key and its id,
// and a session token carries all there is to know of its session, sealed with the lab's key. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "common/secret.h"
#include "common/status.h"
#include "controlplane/identity/signature/caller.h"

namespace elastilab {

// A unique id, never used again: `prefix` ("AIDA", "AROA", …) and 17 random characters of A–Z and 2–7; 16 for access keys.
std::string NewUniqueId(std::string_view prefix);

// The secret access key of this id: 40 characters, always the same in one lab.
Secret SecretAccessKey(const LabKey& key, std::string_view access_key_id);

// Temporary credentials: whose they are, and until when.
struct Session {
  std::string access_key_id;  // "ASIA…"
  ServiceTime expires_at;
  Caller caller;              // without how a call came; its session policies and tags included
};

// The token that goes with the session's key: authentic, not encrypted. It holds no secret.
std::string SealSession(const LabKey& key, const Session& session);
// InvalidClientTokenId unless this lab has sealed it for this key.
StatusOr<Session> OpenSession(const LabKey& key, std::string_view access_key_id, std::string_view token);

}  // namespace elastilab
