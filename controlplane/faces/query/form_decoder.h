// From the parameters of a request to its message, driven by the schema's annotations alone: any service's messages.
//
//   scalar       Name=value
//   structure    Name.Member=…
//   list         Name.<element>.N=… or Name.member.N=…, ordered by N, gaps allowed; Name= is an empty list
//   map          Name.entry.N.key=…&Name.entry.N.value=…
#pragma once

#include "common/status.h"
#include "controlplane/faces/query/form.h"

namespace google::protobuf {
class Message;
}

namespace elastilab {

inline constexpr int kMaxListIndex = 10'000;

// Adds to `message`. Parameters that the message has no member for are ignored, as the service does. A key that does not
// fit its member (a list index that is none or beyond kMaxListIndex, a member of a scalar, a value given twice) is a
// MalformedInput fault; a value that does not fit is InvalidParameterValue. So is text that no XML reply could carry
// (control characters). Faults name the parameter, and never quote a secret.
Status DecodeForm(const Form& form, google::protobuf::Message* message);

}  // namespace elastilab
