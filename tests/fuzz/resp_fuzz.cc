// Replies of an engine, whole and in pieces: the parser must find the same values either way, stay within its limits,
// and keep its first error.
#include "dataplane/wire/resp.h"

#include <algorithm>

#include "tests/fuzz/fuzz_target.h"

namespace elastilab {
namespace {

constexpr RespLimits kLimits{.reply_bytes = 4096, .depth = 4};

// Arrays that hold something: an empty one is complete at once and needs no level.
size_t Depth(const RespValue& value) {
  size_t deepest = 0;
  for (const RespValue& item : value.items) deepest = std::max(deepest, 1 + Depth(item));
  return deepest;
}

size_t TextBytes(const RespValue& value) {
  size_t bytes = value.text.size();
  for (const RespValue& item : value.items) bytes += TextBytes(item);
  return bytes;
}

void Run(FuzzInput input) {
  const size_t piece = 1 + input.Byte() % 16;
  const std::string_view bytes = input.Rest();

  std::vector<RespValue> whole;
  const Status whole_status = RespParser(kLimits).Feed(bytes, whole);

  RespParser parser(kLimits);
  std::vector<RespValue> pieces;
  Status status;
  for (size_t at = 0; at < bytes.size() && status.ok(); at += piece)
    status = parser.Feed(bytes.substr(at, piece), pieces);

  FUZZ_CHECK(whole_status == status);
  FUZZ_CHECK(whole == pieces);
  if (!status.ok()) FUZZ_CHECK(parser.Feed("+OK\r\n", pieces) == status);
  for (const RespValue& value : whole) {
    FUZZ_CHECK(Depth(value) <= kLimits.depth);
    FUZZ_CHECK(TextBytes(value) <= kLimits.reply_bytes);
  }
}

}  // namespace
}  // namespace elastilab

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  elastilab::Run({data, size});
  return 0;
}
