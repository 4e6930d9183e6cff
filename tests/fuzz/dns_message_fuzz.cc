// Packets from anyone: a reply is sent only to what parses as a question, and it fits a plain UDP packet.
#include "controlplane/region/endpoints/dns_message.h"
#include "tests/fuzz/fuzz_target.h"

namespace elastilab {
namespace {

void Run(FuzzInput input) {
  const size_t addresses = input.Byte();
  const std::string_view packet = input.Rest();
  const DnsResolver resolve = [&](std::string_view name) {
    return std::vector<std::string>(name.starts_with("no") ? 0 : addresses, "127.30.0.1");
  };
  const std::optional<std::string> reply = AnswerDns(packet, "cache.amazonaws.com", resolve, addresses);
  FUZZ_CHECK(!reply || ParseDnsQuery(packet).has_value());
  if (!reply) return;
  FUZZ_CHECK(reply->size() >= 12 && reply->size() <= kMaxDnsReply);
  FUZZ_CHECK(reply->substr(0, 2) == packet.substr(0, 2));  // the id
  FUZZ_CHECK(!ParseDnsQuery(*reply).has_value());          // two servers can't keep answering each other
}

}  // namespace
}  // namespace elastilab

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  elastilab::Run({data, size});
  return 0;
}
