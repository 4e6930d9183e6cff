// RESP2, the protocol of redis and valkey: encoding of commands and an incremental parser of replies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace elastilab {

using RespCommand = std::vector<std::string>;

// "*2\r\n$4\r\nPING\r\n…"
std::string EncodeRespCommand(const RespCommand& command);

struct RespValue {
  enum class Kind { kNull, kSimple, kError, kInteger, kBulk, kArray };

  Kind kind = Kind::kNull;
  std::string text;              // simple, error, bulk
  int64_t integer = 0;           // integer
  std::vector<RespValue> items;  // array

  bool IsError() const { return kind == Kind::kError; }
  bool operator==(const RespValue&) const = default;
};

struct RespLimits {
  size_t reply_bytes = 1 << 20;  // memory that one reply may need, its elements included
  size_t depth = 8;              // arrays in arrays
};

// Feed it whatever arrives, in pieces of any size. What it holds never exceeds the limits by more than one piece: an
// announced length is refused before anything is allocated for it. The first error is final, since the place where the
// next reply begins is lost.
class RespParser {
 public:
  explicit RespParser(RespLimits limits = {}) : limits_(limits) {}

  // Appends the replies that became complete to `replies`.
  Status Feed(std::string_view bytes, std::vector<RespValue>& replies);

 private:
  struct OpenArray {
    RespValue value;
    size_t missing;
  };

  Status FeedLine(std::string_view& bytes, std::vector<RespValue>& replies);
  void FeedBulk(std::string_view& bytes);
  Status FinishBulk(std::vector<RespValue>& replies);
  Status TakeLine(std::vector<RespValue>& replies);
  Status OpenBulk(int64_t length, std::vector<RespValue>& replies);
  Status OpenArrayOf(int64_t length, std::vector<RespValue>& replies);
  Status Complete(RespValue value, std::vector<RespValue>& replies);
  Status Charge(size_t bytes);

  RespLimits limits_;
  Status broken_;
  std::string line_;             // the line being read, without its end
  std::vector<OpenArray> open_;  // innermost last
  bool in_bulk_ = false;
  size_t bulk_size_ = 0;
  std::string bulk_;  // with its \r\n once complete
  size_t used_ = 0;   // by the reply being read
};

}  // namespace elastilab
