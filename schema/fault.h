// Faults: errors that the API has a name for. A fault is an absl::Status whose payload is the fault's wire code, so
// that it passes through any layer like other errors, and each surface (Query, gRPC, CLI) turns it into its own form
// once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/status.h"
#include "proto/elasticache/v1/faults.pb.h"

namespace elastilab {

using elasticache::v1::FaultCode;

// Payload type, and gRPC trailer, under which the wire code travels.
inline constexpr char kFaultTypeUrl[] = "elastilab/fault";

// `message` is what the user reads: say what is wrong and with which resource. Never put a secret into it.
Status MakeFault(FaultCode code, std::string message);

// Empty when the status is OK or an error that is no fault.
std::optional<FaultCode> FaultOf(const Status& status);
// What to tell the outside: the fault, or for any other error ServiceUnavailable (if kUnavailable) or InternalFailure.
FaultCode ReportedFault(const Status& status);

// "CacheClusterNotFound": the text inside <Code>.
std::string_view FaultWire(FaultCode code);
std::optional<FaultCode> FaultFromWire(std::string_view wire_code);
// 404, 400, 500, …
int FaultHttpStatus(FaultCode code);
// The canonical code that a status made from this fault has.
absl::StatusCode FaultStatusCode(FaultCode code);

}  // namespace elastilab
