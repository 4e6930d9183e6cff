// What AssumeRole and GetSessionToken have in common: how long a session may be, and its credentials in a reply.
#pragma once

#include "common/status.h"
#include "controlplane/identity/directory/credentials.h"
#include "controlplane/identity/directory/directory.h"
#include "controlplane/services/call/context.h"
#include "controlplane/services/call/timestamps.h"

namespace elastilab {

// Whether the caller itself has temporary credentials.
bool IsSession(const Caller& caller);

// `seconds` as asked for, which must be 900 to `most`: ValidationError.
Status CheckDuration(int seconds, int most);

// The lab has no MFA devices: AccessDenied for a request that shows a code of one.
template <typename Request>
Status CheckNoMfa(const Request& request);
Status UnknownMfaDevice();

// Fills in the reply's Credentials: key, secret, token and end.
template <typename Credentials>
void Issue(const Directory& directory, const Session& session, Credentials& out) {
  out.set_access_key_id(session.access_key_id);
  out.set_secret_access_key(SecretAccessKey(directory.key(), session.access_key_id).Reveal());
  out.set_session_token(SealSession(directory.key(), session));
  FillTimestamp(session.expires_at, *out.mutable_expiration());
}

template <typename Request>
Status CheckNoMfa(const Request& request) {
  return request.has_serial_number() || request.has_token_code() ? UnknownMfaDevice() : absl::OkStatus();
}

// Handler of sts:AssumeRole (assume_role.cc).
Handler AssumeRoleHandler(const Directory& directory);

}  // namespace elastilab
