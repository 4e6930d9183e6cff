// What a connection may send: the parser stays within its limits, sees the same request however the bytes come, and
// always gets on or says why not. First byte: the size of the pieces.
#include "controlplane/faces/query/http_parser.h"

#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace elastilab {
namespace {

constexpr HttpLimits kLimits{.head_bytes = 256, .headers = 8, .body_bytes = 64};

struct Outcome {
  std::vector<std::string> requests;  // each as one text
  HttpParser::Progress progress = HttpParser::Progress::kNeedsMore;
  int refused = 0;
};

std::string TextOf(const HttpRequestView& request) {
  std::string text = std::string(request.method) + " " + std::string(request.target) + "\n";
  size_t bytes = text.size();
  for (const HttpHeaderView& header : request.headers) {
    text.append(header.name).append(": ").append(header.value).append("\n");
    bytes += header.name.size() + header.value.size();
  }
  FUZZ_CHECK(bytes <= kLimits.head_bytes + 2);
  FUZZ_CHECK(request.headers.size() <= kLimits.headers);
  FUZZ_CHECK(request.body.size() <= kLimits.body_bytes);
  return text.append(request.body);
}

Outcome Read(std::string_view bytes, size_t piece) {
  HttpParser parser(kLimits);
  Outcome outcome;
  std::string waiting;
  while (!bytes.empty()) {
    waiting += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (bool again = true; again;) {
      const size_t used = parser.Consume(waiting);
      FUZZ_CHECK(used <= waiting.size());
      waiting.erase(0, used);
      again = false;
      if (parser.progress() == HttpParser::Progress::kDone) {
        outcome.requests.push_back(TextOf(parser.request()));
        parser.Reset();
        again = !waiting.empty();
      }
    }
    outcome.progress = parser.progress();
    if (outcome.progress == HttpParser::Progress::kRefused) {
      outcome.refused = parser.refusal().status;
      FUZZ_CHECK(outcome.refused >= 400 && outcome.refused <= 505 && !parser.refusal().why.empty());
      return outcome;
    }
    FUZZ_CHECK(waiting.size() <= 2 * kLimits.head_bytes + piece + 4);
    FUZZ_CHECK(parser.body_bytes() <= kLimits.body_bytes);
  }
  return outcome;
}

void Run(FuzzInput input) {
  const size_t piece = 1 + input.Byte() % 64;
  const std::string_view bytes = input.Rest();
  const Outcome whole = Read(bytes, bytes.size() + 1);
  const Outcome pieces = Read(bytes, piece);
  // Where both end at the limits for what waits unread, they may do so at different places.
  if (whole.refused == 431 || pieces.refused == 431 || whole.refused == 413 || pieces.refused == 413) return;
  // What is wrong in the middle of a head may be seen before the head is complete, or after.
  FUZZ_CHECK(whole.requests == pieces.requests);
}

}  // namespace
}  // namespace elastilab

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  elastilab::Run({data, size});
  return 0;
}
