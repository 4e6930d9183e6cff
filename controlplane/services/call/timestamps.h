// Service time in requests and replies.
#pragma once

#include "common/clock.h"

namespace google::protobuf {
class Timestamp;
}

namespace elastilab {

void FillTimestamp(ServiceTime time, google::protobuf::Timestamp& out);
ServiceTime ReadTimestamp(const google::protobuf::Timestamp& time);

}  // namespace elastilab
