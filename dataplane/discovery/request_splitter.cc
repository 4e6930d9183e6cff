#include "dataplane/discovery/request_splitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "dataplane/config/checks.h"

namespace elastilab {
namespace {

using Words = std::vector<std::string>;
using Kind = ClientRequest::Kind;

constexpr unsigned char kBinaryMagic = 0x80;
constexpr size_t kLongestKey = 250;
constexpr int64_t kLongestValue = 0x7fffffff - 2;

std::optional<int64_t> Number(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool IsStorage(const std::string& command) {
  return command == "set" || command == "add" || command == "replace" || command == "append" || command == "prepend";
}

// The length of the data block that follows `words[at]`, with its line end. None when memcached would refuse the line
// without reading data.
uint64_t DataAfter(const Words& words, size_t at) {
  const auto length = Number(words[at]);
  if (!length || *length < 0 || *length > kLongestValue) return 0;
  return static_cast<uint64_t>(*length) + 2;
}

uint64_t DataAfterLine(const Words& words) {
  if (words.empty()) return 0;
  const size_t n = words.size();
  const bool storage = IsStorage(words[0]) && (n == 5 || n == 6);
  const bool cas = words[0] == "cas" && (n == 6 || n == 7);
  const bool config_set = words[0] == "config" && n >= 5 && words[1] == "set";
  if (storage || cas) {
    const bool refused = words[1].size() > kLongestKey || !Number(words[2]) || !Number(words[3]);
    return refused ? 0 : DataAfter(words, 4);
  }
  if (words[0] == "ms" && n >= 3) return words[1].size() > kLongestKey ? 0 : DataAfter(words, 2);
  return config_set ? DataAfter(words, 4) : 0;
}

Kind KindOf(const Words& words) {
  if (words.size() == 2 && words[0] == "get" && words[1] == "AmazonElastiCache:cluster") return Kind::kLegacyGet;
  if (words.empty() || words[0] != "config") return Kind::kForward;
  if (words.size() != 3 || words[1] != "get") return Kind::kRefused;
  return words[2] == "cluster" ? Kind::kConfigGet : Kind::kUnknownConfig;
}

}  // namespace

StatusOr<bool> RequestSplitter::Next(std::string_view& bytes, ClientRequest& request) {
  if (!started_ && !bytes.empty()) {
    started_ = true;
    binary_ = static_cast<unsigned char>(bytes.front()) == kBinaryMagic;
  }
  while (!bytes.empty()) {
    if (binary_ || data_ > 0) {
      const size_t take = binary_ ? bytes.size() : std::min<uint64_t>(bytes.size(), data_);
      request = {.kind = Kind::kForward, .bytes = std::string(bytes.substr(0, take)), .whole = true};
      bytes.remove_prefix(take);
      if (!binary_) data_ -= take;
      if (drop_data_) continue;
      request.whole = data_ == 0;
      return true;
    }
    drop_data_ = false;
    const size_t newline = bytes.find('\n');
    const size_t take = newline == std::string_view::npos ? bytes.size() : newline + 1;
    if (line_.size() + take > kLongestLine) return absl::InvalidArgumentError("a command line is too long");
    line_ += bytes.substr(0, take);
    bytes.remove_prefix(take);
    if (newline == std::string_view::npos) break;
    request = TakeLine();
    return true;
  }
  return false;
}

ClientRequest RequestSplitter::TakeLine() {
  std::string line = std::exchange(line_, {});
  std::string_view text = line;
  text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  const Words words = SplitWords(text);
  const Kind kind = KindOf(words);
  data_ = DataAfterLine(words);
  drop_data_ = kind != Kind::kForward;
  if (kind != Kind::kForward) return {.kind = kind, .bytes = {}, .whole = true};
  return {.kind = kind, .bytes = std::move(line), .whole = data_ == 0};
}

}  // namespace elastilab
