#include "controlplane/services/call/timestamps.h"

#include <google/protobuf/timestamp.pb.h>

namespace elastilab {

void FillTimestamp(ServiceTime time, google::protobuf::Timestamp& out) {
  const int64_t ms = time.time_since_epoch().count();
  out.set_seconds(ms / 1000);
  out.set_nanos(static_cast<int32_t>(ms % 1000) * 1'000'000);
}

ServiceTime ReadTimestamp(const google::protobuf::Timestamp& time) {
  return ServiceTime(milliseconds(time.seconds() * 1000 + time.nanos() / 1'000'000));
}

}  // namespace elastilab
