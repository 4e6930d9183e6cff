// Finds the place in a node's replies where everything that was asked so far has been answered. Pure.
//
// The configuration endpoint's own answers must come in their turn among the node's. Rather than follow every reply
// that memcached has (quiet and noreply forms, watchers, statistics), it sends a request of its own behind what it has
// passed on: the deletion of a key that nobody has, with an opaque token that the reply repeats. The token is random,
// so no value on its way to the client can hold it. When the reply comes by, it is cut out.
#pragma once

#include <string>
#include <string_view>

namespace elastilab {

class Barrier {
 public:
  // `token`: at most 32 letters and digits, different each time.
  explicit Barrier(const std::string& token);

  // What is sent to the node.
  const std::string& request() const { return request_; }

  struct Passed {
    std::string bytes;     // for the client
    bool reached = false;  // all before is answered; bytes behind the marker are already among `bytes`
  };
  // Passes `bytes` on, except for the marker and a tail that may be its beginning.
  Passed Feed(std::string_view bytes);

 private:
  std::string request_;
  std::string marker_;
  std::string held_;
};

}  // namespace elastilab
