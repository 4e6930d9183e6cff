// The aws CLI's shorthand, for a structure with lists, numbers and structures inside. First byte: which structure.
#include "schema/shorthand.h"

#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/serverless_caches.pb.h"
#include "schema/fault.h"
#include "schema/json.h"
#include "tests/fuzz/fuzz_target.h"

namespace elastilab {
namespace {

template <typename Message>
void Read(std::string_view text) {
  Message message;
  const Status status = ParseShorthand(text, &message);
  if (!status.ok()) {
    FUZZ_CHECK(FaultOf(status) == FaultCode::INVALID_PARAMETER_VALUE);
    FUZZ_CHECK(!status.message().empty());
    return;
  }
  FUZZ_CHECK(!ToAwsJson(message, {.indent = 0, .empty_lists = false}).empty());
}

void Run(FuzzInput input) {
  namespace v1 = elasticache::v1;
  switch (input.Byte() % 4) {
    case 0:
      return Read<v1::NodeGroupConfiguration>(input.Rest());
    case 1:
      return Read<v1::LogDeliveryConfigurationRequest>(input.Rest());
    case 2:
      return Read<v1::CacheUsageLimits>(input.Rest());
    default:
      return Read<v1::CreateReplicationGroupRequest>(input.Rest());
  }
}

}  // namespace
}  // namespace elastilab

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  elastilab::Run({data, size});
  return 0;
}
