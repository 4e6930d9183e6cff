// Tells the requests that the configuration endpoint answers itself from those that it passes on to a node. Pure,
// incremental, and bounded: bytes to pass on are handed out at once, only an unfinished command line is kept.
//
// Data blocks are followed by their announced length, by the rules by which memcached itself reads them, so that a
// value that looks like a command is not mistaken for one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/status.h"

namespace elastilab {

struct ClientRequest {
  enum class Kind {
    kForward,        // `bytes` go to a node as they are: one command, or a part of its data
    kConfigGet,      // config get cluster
    kLegacyGet,      // get AmazonElastiCache:cluster
    kUnknownConfig,  // config get <something else>
    kRefused,        // config set, config delete and the like: not for customers
  };
  Kind kind = Kind::kForward;
  std::string bytes;
  bool whole = true;  // kForward: nothing of this command is still to come
  bool operator==(const ClientRequest&) const = default;
};

class RequestSplitter {
 public:
  static constexpr size_t kLongestLine = 64 << 10;

  // Takes what it can use off the front of `bytes`. False: more bytes are needed, and `bytes` is empty now.
  // InvalidArgument: a command line is longer than kLongestLine; no more can be made of this client.
  StatusOr<bool> Next(std::string_view& bytes, ClientRequest& request);

 private:
  ClientRequest TakeLine();

  std::string line_;        // unfinished command line
  uint64_t data_ = 0;       // bytes of a data block still to come
  bool drop_data_ = false;  // that block belongs to a refused command
  bool started_ = false;
  bool binary_ = false;  // the client speaks the binary protocol: all is passed on
};

}  // namespace elastilab
