// Pages with opaque markers that survive inserts: a marker names the last key that was given out, not a position.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/status.h"

namespace elastilab {

struct Page {
  int limit = 100;
  std::optional<std::string> after;  // the key behind which the page begins
};

// InvalidParameterValue for a limit outside 20–100 and for a marker that is none of ours.
StatusOr<Page> ReadPage(std::optional<int> max_records, std::optional<std::string_view> marker);
std::string MarkerFor(std::string_view last_key);

// The page that a request's max_records and marker ask for.
template <typename Request>
StatusOr<Page> PageOf(const Request& request) {
  return ReadPage(request.has_max_records() ? std::optional<int>(request.max_records()) : std::nullopt,
                  request.has_marker() ? std::optional<std::string_view>(request.marker()) : std::nullopt);
}

}  // namespace elastilab
