// Pages of long lists. A marker names the last entry that was listed, so it survives what is inserted or deleted between
// two pages; to clients it is opaque.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/status.h"

namespace elastilab {

inline constexpr int kMinPage = 20;
inline constexpr int kMaxPage = 100;

struct Page {
  std::string after;  // key of the last entry of the page before; empty: from the start
  int size = kMaxPage;
};

std::string MarkerAfter(const std::string& key);

StatusOr<Page> MakePage(bool has_max_records, int max_records, const std::string& marker);
// Of a Describe… request.
template <typename Request>
StatusOr<Page> PageOf(const Request& request) {
  return MakePage(request.has_max_records(), request.max_records(), request.marker());
}

// Lists what `wanted` accepts of an ordered table, from the page's start on; `add` takes one record. Sets the marker of
// the reply when there is more.
template <typename Table, typename Wanted, typename Add, typename Response>
void ListPage(const Table& table, const Page& page, Wanted wanted, Add add, Response& response) {
  int listed = 0;
  std::string last;
  for (auto it = table.upper_bound(page.after); it != table.end(); ++it) {
    if (!wanted(*it->second)) continue;
    if (listed == page.size) {
      response.set_marker(MarkerAfter(last));
      return;
    }
    add(*it->second);
    last = it->first;
    ++listed;
  }
}

}  // namespace elastilab
