#include "agent/journal/sealed.h"

#include <fmt/format.h>

#include <string_view>

#include "common/secret.h"

namespace elastilab {
namespace {

constexpr std::string_view kHead = "sealed ";

}  // namespace

std::string Seal(const std::string& text) { return fmt::format("{}{}\n{}", kHead, Sha256Hex(text), text); }

StatusOr<std::string> Unseal(const std::string& sealed) {
  const size_t end = sealed.find('\n');
  if (!sealed.starts_with(kHead) || end == std::string::npos) return absl::DataLossError("it has lost its head");
  std::string text = sealed.substr(end + 1);
  if (sealed.substr(kHead.size(), end - kHead.size()) != Sha256Hex(text)) {
    return absl::DataLossError("it is not what was written");
  }
  return text;
}

}  // namespace elastilab
