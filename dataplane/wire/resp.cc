#include "dataplane/wire/resp.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace elastilab {
namespace {

constexpr std::string_view kEnd = "\r\n";

Status Malformed(const std::string& what) {
  return absl::InvalidArgumentError(fmt::format("malformed reply: {}", what));
}

StatusOr<int64_t> ParseInteger(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return Malformed("a number was expected");
  return value;
}

}  // namespace

std::string EncodeRespCommand(const RespCommand& command) {
  std::string out = fmt::format("*{}\r\n", command.size());
  for (const std::string& word : command) out += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return out;
}

Status RespParser::Feed(std::string_view bytes, std::vector<RespValue>& replies) {
  while (broken_.ok() && !bytes.empty()) {
    if (in_bulk_) {
      FeedBulk(bytes);
      if (bulk_.size() == bulk_size_ + kEnd.size()) broken_ = FinishBulk(replies);
    } else {
      broken_ = FeedLine(bytes, replies);
    }
  }
  return broken_;
}

Status RespParser::FeedLine(std::string_view& bytes, std::vector<RespValue>& replies) {
  const size_t newline = bytes.find('\n');
  const std::string_view piece = bytes.substr(0, newline);
  RETURN_IF_ERROR(Charge(piece.size()));
  line_ += piece;
  if (newline == std::string_view::npos) {
    bytes = {};
    return absl::OkStatus();
  }
  bytes.remove_prefix(newline + 1);
  if (!line_.ends_with('\r')) return Malformed("a line ends without \\r");
  line_.pop_back();
  Status status = TakeLine(replies);
  line_.clear();
  return status;
}

Status RespParser::TakeLine(std::vector<RespValue>& replies) {
  if (line_.empty()) return Malformed("an empty line");
  const std::string_view rest = std::string_view(line_).substr(1);
  RespValue value;
  switch (line_.front()) {
    case '+':
      value.kind = RespValue::Kind::kSimple;
      value.text = rest;
      return Complete(std::move(value), replies);
    case '-':
      value.kind = RespValue::Kind::kError;
      value.text = rest;
      return Complete(std::move(value), replies);
    case ':': {
      value.kind = RespValue::Kind::kInteger;
      ASSIGN_OR_RETURN(value.integer, ParseInteger(rest));
      return Complete(std::move(value), replies);
    }
    case '$': {
      ASSIGN_OR_RETURN(const int64_t length, ParseInteger(rest));
      return OpenBulk(length, replies);
    }
    case '*': {
      ASSIGN_OR_RETURN(const int64_t length, ParseInteger(rest));
      return OpenArrayOf(length, replies);
    }
    default:
      return Malformed(fmt::format("unknown type byte 0x{:02x}", static_cast<unsigned char>(line_.front())));
  }
}

Status RespParser::OpenBulk(int64_t length, std::vector<RespValue>& replies) {
  if (length == -1) return Complete(RespValue{}, replies);
  if (length < 0) return Malformed("a negative length");
  RETURN_IF_ERROR(Charge(static_cast<size_t>(length)));
  in_bulk_ = true;
  bulk_size_ = static_cast<size_t>(length);
  return absl::OkStatus();
}

void RespParser::FeedBulk(std::string_view& bytes) {
  const size_t take = std::min(bytes.size(), bulk_size_ + kEnd.size() - bulk_.size());
  bulk_ += bytes.substr(0, take);
  bytes.remove_prefix(take);
}

Status RespParser::FinishBulk(std::vector<RespValue>& replies) {
  if (!bulk_.ends_with(kEnd)) return Malformed("a bulk string is longer than announced");
  bulk_.resize(bulk_size_);
  in_bulk_ = false;
  RespValue value;
  value.kind = RespValue::Kind::kBulk;
  value.text = std::exchange(bulk_, {});
  return Complete(std::move(value), replies);
}

Status RespParser::OpenArrayOf(int64_t length, std::vector<RespValue>& replies) {
  if (length == -1) return Complete(RespValue{}, replies);
  if (length < 0) return Malformed("a negative length");
  if (static_cast<uint64_t>(length) > limits_.reply_bytes) return Charge(limits_.reply_bytes + 1);
  RETURN_IF_ERROR(Charge(static_cast<size_t>(length) * sizeof(RespValue)));
  RespValue value;
  value.kind = RespValue::Kind::kArray;
  if (length == 0) return Complete(std::move(value), replies);
  if (open_.size() == limits_.depth) return Malformed(fmt::format("arrays nested deeper than {}", limits_.depth));
  open_.push_back({std::move(value), static_cast<size_t>(length)});
  return absl::OkStatus();
}

// Hands a finished value to the array it belongs to, and that one, if it is full now, to the next.
Status RespParser::Complete(RespValue value, std::vector<RespValue>& replies) {
  while (!open_.empty()) {
    OpenArray& array = open_.back();
    array.value.items.push_back(std::move(value));
    if (--array.missing > 0) return absl::OkStatus();
    value = std::move(array.value);
    open_.pop_back();
  }
  replies.push_back(std::move(value));
  used_ = 0;
  return absl::OkStatus();
}

Status RespParser::Charge(size_t bytes) {
  used_ += bytes;
  if (used_ <= limits_.reply_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(fmt::format("a reply is larger than {} bytes", limits_.reply_bytes));
}

}  // namespace elastilab
