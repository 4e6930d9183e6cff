// Pages with opaque markers that survive inserts: a marker names the listing it came from and the last key that was given
// out, not a position.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/status.h"
#include "controlplane/region/store/state.h"

namespace elastilab {

struct Page {
  std::string listing;  // the operation, whose markers no other takes
  int limit = 100;
  std::optional<std::string> after;  // the key behind which the page begins
};

// InvalidParameterValue for a limit outside 20–100 and for a marker that is none of this listing's.
StatusOr<Page> ReadPage(std::string_view listing, std::optional<int> max_records, std::optional<std::string_view> marker);
std::string MarkerFor(std::string_view listing, std::string_view last_key);
Status InvalidMarker();

// The listing that a request asks for: "DescribeUsersRequest" is of one operation.
template <typename Request>
std::string_view ListingOf(const Request&) {
  return Request::descriptor()->name();
}

// The page that a request's max_records and marker ask for.
template <typename Request>
StatusOr<Page> PageOf(const Request& request) {
  return ReadPage(ListingOf(request), request.has_max_records() ? std::optional<int>(request.max_records()) : std::nullopt,
                  request.has_marker() ? std::optional<std::string_view>(request.marker()) : std::nullopt);
}

// Gives the records behind the page's start that `keep` holds for to `add`, in key order, until the page is full.
// `builtin`, if there is one, counts as a record of the table unless the table has one of its key. Returns the marker of
// the next page; empty: this is the last one.
template <typename T, typename Keep, typename Add>
std::string FillPage(const Table<T>& table, const T* builtin, const Page& page, Keep&& keep, Add&& add) {
  int taken = 0;
  std::string last;
  // False: there is more than the page holds.
  const auto give = [&](const std::string& key, const T& record) {
    if (!keep(record)) return true;
    if (taken == page.limit) return false;
    add(record);
    ++taken;
    last = key;
    return true;
  };
  if (builtin != nullptr && (table.contains(KeyOf(*builtin)) || (page.after && KeyOf(*builtin) <= *page.after))) builtin = nullptr;
  auto it = page.after ? table.upper_bound(*page.after) : table.begin();
  while (it != table.end() || builtin != nullptr) {
    const bool builtin_next = builtin != nullptr && (it == table.end() || KeyOf(*builtin) < it->first);
    const T& record = builtin_next ? *builtin : *it->second;
    if (!give(KeyOf(record), record)) return MarkerFor(page.listing, last);
    if (builtin_next) {
      builtin = nullptr;
    } else {
      ++it;
    }
  }
  return "";
}

}  // namespace elastilab
