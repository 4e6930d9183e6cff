#include "controlplane/services/call/paging.h"

#include <fmt/format.h>

#include "controlplane/region/faults/faults.h"

namespace elastilab {
namespace {

constexpr int kLeast = 20;
constexpr int kMost = 100;
constexpr std::string_view kPrefix = "el1.";
constexpr std::string_view kBetween = "/";  // the listing and the key

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

StatusOr<Page> ReadPage(std::string_view listing, std::optional<int> max_records, std::optional<std::string_view> marker) {
  Page page;
  page.listing = listing;
  if (max_records) {
    if (*max_records < kLeast || *max_records > kMost) {
      return InvalidParameterValue(fmt::format("MaxRecords {} is not between {} and {}.", *max_records, kLeast, kMost));
    }
    page.limit = *max_records;
  }
  if (!marker || marker->empty()) return page;
  if (!marker->starts_with(kPrefix) || marker->size() % 2 != 0 || marker->size() > 2048) return InvalidMarker();
  std::string key;
  for (size_t i = kPrefix.size(); i < marker->size(); i += 2) {
    const int high = HexDigit((*marker)[i]);
    const int low = HexDigit((*marker)[i + 1]);
    if (high < 0 || low < 0) return InvalidMarker();
    key.push_back(static_cast<char>(high * 16 + low));
  }
  if (!key.starts_with(listing) || key.substr(listing.size(), 1) != kBetween) return InvalidMarker();
  page.after = key.substr(listing.size() + 1);
  return page;
}

Status InvalidMarker() { return InvalidParameterValue("The Marker is none that a previous reply gave."); }

std::string MarkerFor(std::string_view listing, std::string_view last_key) {
  std::string marker(kPrefix);
  for (std::string_view part : {listing, kBetween, last_key}) {
    for (unsigned char c : part) marker += fmt::format("{:02x}", c);
  }
  return marker;
}

}  // namespace elastilab
