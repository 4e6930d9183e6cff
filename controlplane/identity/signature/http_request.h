// An HTTP request as signatures see it. Views: nothing is copied, all must outlive the call that gets them.
#pragma once

#include <span>
#include <string_view>

namespace elastilab {

struct HttpHeaderView {
  std::string_view name = {};  // in any case
  std::string_view value = {};
};

struct HttpRequestView {
  std::string_view method = {};
  std::string_view target = {};                  // as on the request line, percent escapes included: "/a%20b?x=1"
  std::span<const HttpHeaderView> headers = {};  // in their order, repeated names included
  std::string_view body = {};                    // whole, after any transfer coding
};

}  // namespace elastilab
