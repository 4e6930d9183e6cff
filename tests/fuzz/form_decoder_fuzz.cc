// Form bodies for messages with lists, structures in lists, times and secrets. First byte: which message.
#include "controlplane/faces/query/form_decoder.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <string>
#include <vector>

#include "controlplane/faces/query/xml_encoder.h"
#include "controlplane/faces/query/xml_text.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/service_updates.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "schema/fault.h"
#include "tests/fuzz/fuzz_target.h"

namespace elastilab {
namespace {

std::string Reversed(std::string_view text) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    pieces.push_back(text.substr(0, text.find('&')));
    text.remove_prefix(std::min(text.size(), pieces.back().size() + 1));
  }
  std::string reversed;
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) reversed.append(*piece).append("&");
  return reversed;
}

template <typename Message>
void Read(std::string_view text) {
  const auto form = Form::Parse("", text);
  if (!form.ok()) {
    const auto fault = FaultOf(form.status());
    FUZZ_CHECK(fault == FaultCode::MALFORMED_QUERY_STRING || fault == FaultCode::MALFORMED_INPUT);
    return;
  }
  FUZZ_CHECK(form->parameters().size() <= kMaxFormParameters);
  Message message;
  const Status status = DecodeForm(*form, &message);
  if (!status.ok()) {
    const auto fault = FaultOf(status);
    FUZZ_CHECK(fault == FaultCode::INVALID_PARAMETER_VALUE || fault == FaultCode::MALFORMED_INPUT);
    FUZZ_CHECK(status.message().size() < 2000);
    return;
  }
  // The order of parameters means nothing.
  Message again;
  const auto reversed = Form::Parse(Reversed(text), "");
  FUZZ_CHECK(reversed.ok() && DecodeForm(*reversed, &again).ok());
  FUZZ_CHECK(google::protobuf::util::MessageDifferencer::Equals(message, again));
  // Whatever was taken can be given back in a well-formed reply.
  std::string xml;
  AppendXmlMembers(message, &xml);
  FUZZ_CHECK(IsXmlText(xml));
}

void Run(FuzzInput input) {
  namespace v1 = elasticache::v1;
  const uint8_t which = input.Byte();
  switch (which % 4) {
    case 0: return Read<v1::CreateReplicationGroupRequest>(input.Rest());
    case 1: return Read<v1::ModifyCacheClusterRequest>(input.Rest());
    case 2: return Read<v1::DescribeUpdateActionsRequest>(input.Rest());
    default: return Read<v1::CreateUserRequest>(input.Rest());
  }
}

}  // namespace
}  // namespace elastilab

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  elastilab::Run({data, size});
  return 0;
}
