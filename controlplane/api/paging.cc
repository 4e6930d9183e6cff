#include "controlplane/api/paging.h"

#include <fmt/format.h>

#include "controlplane/faults/common_faults.h"

namespace elastilab {
namespace {

constexpr std::string_view kPrefix = "m1";

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

std::optional<std::string> KeyOf(const std::string& marker) {
  if (!marker.starts_with(kPrefix) || marker.size() % 2 != 0) return std::nullopt;
  std::string key;
  for (size_t i = kPrefix.size(); i < marker.size(); i += 2) {
    const auto high = HexDigit(marker[i]);
    const auto low = HexDigit(marker[i + 1]);
    if (!high || !low) return std::nullopt;
    key += static_cast<char>(*high * 16 + *low);
  }
  return key;
}

}  // namespace

std::string MarkerAfter(const std::string& key) {
  std::string marker(kPrefix);
  for (unsigned char c : key) marker += fmt::format("{:02x}", c);
  return marker;
}

StatusOr<Page> MakePage(bool has_max_records, int max_records, const std::string& marker) {
  Page page;
  if (has_max_records) {
    if (max_records < kMinPage || max_records > kMaxPage) return MaxRecordsOutOfRange(max_records, kMinPage, kMaxPage);
    page.size = max_records;
  }
  if (marker.empty()) return page;
  const auto key = KeyOf(marker);
  if (!key || key->empty()) return InvalidMarker(marker);
  page.after = *key;
  return page;
}

}  // namespace elastilab
