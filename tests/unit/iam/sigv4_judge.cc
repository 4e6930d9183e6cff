// Verifies requests for sigv4_oracle_test.py: records on standard input, a line with the verdict for each on standard
// output: "ok", or the fault's wire code.
//
// A record is a sequence of texts, each after its length as a 32-bit little-endian number: the time in seconds,
// service, access key id, secret, method, target, body, the number of headers, then their names and values.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>

#include "controlplane/identity/signature/sigv4.h"
#include "schema/fault.h"

namespace elastilab {
namespace {

const std::vector<std::string> kRegions = {"us-east-1", "eu-west-1", "ap-southeast-2"};

class Records {
 public:
  explicit Records(std::string_view bytes) : rest_(bytes) {}
  bool empty() const { return rest_.empty(); }
  std::string_view Text() {
    uint32_t size = 0;
    if (rest_.size() < sizeof size) std::exit(2);
    std::memcpy(&size, rest_.data(), sizeof size);
    rest_.remove_prefix(sizeof size);
    if (rest_.size() < size) std::exit(2);
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  long long Number() { return std::atoll(std::string(Text()).c_str()); }

 private:
  std::string_view rest_;
};

std::string_view Judge(Records& records, SigningKeys& keys) {
  const SigningTime now{std::chrono::seconds(records.Number())};
  const SigV4Rules rules{.regions = kRegions, .service = records.Text()};
  const std::string_view known_key_id = records.Text();
  const Secret secret{std::string(records.Text())};
  HttpRequestView request{.method = records.Text(), .target = records.Text()};
  request.body = records.Text();
  std::vector<HttpHeaderView> headers(records.Number());
  for (HttpHeaderView& header : headers) {
    header.name = records.Text();
    header.value = records.Text();
  }
  request.headers = headers;

  const auto claim = ParseSigV4(request);
  if (!claim.ok()) return FaultWire(*FaultOf(claim.status()));
  if (!claim->has_value()) return FaultWire(*FaultOf(MissingAuthenticationToken()));
  if ((*claim)->access_key_id != known_key_id) return FaultWire(*FaultOf(InvalidClientTokenId()));
  const Status status = VerifySigV4(request, **claim, secret, rules, now, keys);
  return status.ok() ? "ok" : FaultWire(*FaultOf(status));
}

}  // namespace
}  // namespace elastilab

int main() {
  const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  elastilab::Records records(input);
  elastilab::SigningKeys keys(64);
  while (!records.empty()) std::cout << elastilab::Judge(records, keys) << "\n";
}
