#include "controlplane/faces/query/http_parser.h"

#include <fmt/format.h>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <vector>

namespace elastilab {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using beast::error_code;

// Beyond it a body's memory is given back between two requests.
constexpr size_t kKeptBodyBytes = 64 * 1024;

HttpRefusal RefusalOf(const error_code& error, const HttpLimits& limits) {
  if (error == http::error::header_limit) {
    return {431, fmt::format("The request line and headers are larger than {} bytes; send parameters in the body of a POST.",
                             limits.head_bytes)};
  }
  if (error == http::error::body_limit) {
    return {413, fmt::format("The body is larger than {} bytes.", limits.body_bytes)};
  }
  if (error == http::error::bad_version) return {505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  return {400, fmt::format("This is no valid HTTP request: {}.", error.message())};
}

}  // namespace

class HttpParser::Message final : public http::basic_parser<true> {
 public:
  explicit Message(const HttpLimits& limits) : limits_(limits) {
    // Beast's own limit is for what waits in the buffer, and depends on how the bytes come: ours is reached before it.
    header_limit(static_cast<uint32_t>(2 * limits.head_bytes));
    body_limit(limits.body_bytes);
    eager(true);
  }

  size_t Consume(std::string_view bytes) {
    // Beast asserts that a last chunk it comes back to has at least these; nothing shorter ends a chunked body.
    constexpr size_t kShortestLastChunk = std::string_view("0\r\n\r\n").size();
    if (is_header_done() && chunked() && bytes.size() < kShortestLastChunk) return 0;
    error_code error;
    const size_t used = put({bytes.data(), bytes.size()}, error);
    if (is_header_done()) body_wire_bytes_ += used;
    if (error == http::error::need_more) {
      error = {};
      CheckWaiting(bytes.size() - used, error);
    }
    if (body_wire_bytes_ > 2 * limits_.body_bytes + limits_.head_bytes) error = http::error::body_limit;
    if (error && refusal.why.empty()) refusal = RefusalOf(error, limits_);
    return used;
  }

  HttpRequestView Request() const { return {Part(method_), Part(target_), headers_, body}; }

  HttpRefusal refusal = {};
  std::string body = {};
  bool wants_continue = false;

 private:
  // A part of text_, which grows while the head is read.
  struct Range {
    size_t start = 0;
    size_t size = 0;
  };
  struct HeaderRange {
    http::field field;
    Range name;
    Range value;
  };

  // What is incomplete is the head, or the line before a chunk.
  void CheckWaiting(size_t bytes, error_code& error) {
    if (!is_header_done()) {
      if (head_bytes_ + bytes > limits_.head_bytes) error = http::error::header_limit;
    } else if (bytes > limits_.head_bytes) {
      Refuse(413, fmt::format("The line before a chunk is larger than {} bytes.", limits_.head_bytes), error);
    }
  }

  Range Keep(beast::string_view text, error_code& error) {
    const Range range{text_.size(), text.size()};
    head_bytes_ += text.size() + 2;  // with what stands between
    if (head_bytes_ > limits_.head_bytes) {
      error = http::error::header_limit;
    } else {
      text_.append(text.data(), text.size());
    }
    return range;
  }
  std::string_view Part(Range range) const { return std::string_view(text_).substr(range.start, range.size); }

  void on_request_impl(http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code& error) override {
    text_.reserve(1024);
    version_ = version;
    method_ = Keep(method, error);
    if (!error) target_ = Keep(target, error);
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  void on_field_impl(http::field field, beast::string_view name, beast::string_view value, error_code& error) override {
    if (is_header_done()) return;  // trailers mean nothing here
    if (ranges_.size() == limits_.headers) return Refuse(431, fmt::format("There are more than {} headers.", limits_.headers), error);
    HeaderRange range{field, Keep(name, error), {}};
    if (!error) range.value = Keep(value, error);
    ranges_.push_back(range);
  }

  void Refuse(int status, std::string why, error_code& error) {
    refusal = {status, std::move(why)};
    error = http::error::bad_value;
  }

  void on_header_impl(error_code& error) override {
    int hosts = 0;
    bool has_coding = false;
    for (const HeaderRange& range : ranges_) {
      headers_.push_back({Part(range.name), Part(range.value)});
      const beast::string_view value(headers_.back().value.data(), headers_.back().value.size());
      if (range.field == http::field::host) ++hosts;
      if (range.field == http::field::transfer_encoding) {
        if (has_coding || version_ < 11 || !beast::iequals(value, "chunked")) {
          return Refuse(501, "The only transfer coding that is understood is chunked, with HTTP/1.1.", error);
        }
        has_coding = true;
      }
      if (range.field == http::field::expect) {
        if (!beast::iequals(value, "100-continue")) {
          return Refuse(417, "The only expectation that is understood is 100-continue.", error);
        }
        wants_continue = version_ >= 11;
      }
    }
    if (hosts > 1 || (hosts == 0 && version_ >= 11)) {
      return Refuse(400, "A request has exactly one Host header.", error);
    }
    const std::string_view method = Part(method_);
    if (!has_coding && !content_length().has_value() && (method == "POST" || method == "PUT")) {
      return Refuse(411, "A request with a body says its Content-Length, even if that is 0.", error);
    }
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length.has_value()) body.reserve(static_cast<size_t>(*length));
  }
  size_t on_body_impl(beast::string_view bytes, error_code&) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code& error) override {
    return on_body_impl(bytes, error);
  }
  void on_finish_impl(error_code&) override {}

  const HttpLimits limits_;
  int version_ = 11;
  size_t head_bytes_ = 0;
  std::string text_;
  Range method_;
  Range target_;
  std::vector<HeaderRange> ranges_;
  std::vector<HttpHeaderView> headers_;
  size_t body_wire_bytes_ = 0;
};

HttpParser::HttpParser(const HttpLimits& limits) : limits_(limits), message_(std::make_unique<Message>(limits)) {}
HttpParser::~HttpParser() = default;
HttpParser::HttpParser(HttpParser&&) noexcept = default;
HttpParser& HttpParser::operator=(HttpParser&&) noexcept = default;

size_t HttpParser::Consume(std::string_view bytes) { return message_->Consume(bytes); }

HttpParser::Progress HttpParser::progress() const {
  if (!message_->refusal.why.empty()) return Progress::kRefused;
  return message_->is_done() ? Progress::kDone : Progress::kNeedsMore;
}

bool HttpParser::started() const { return message_->got_some(); }
bool HttpParser::head_done() const { return message_->is_header_done(); }
const HttpRefusal& HttpParser::refusal() const { return message_->refusal; }
bool HttpParser::keep_alive() const { return message_->keep_alive(); }
bool HttpParser::wants_continue() const { return message_->wants_continue; }
size_t HttpParser::body_bytes() const { return message_->body.size(); }
HttpRequestView HttpParser::request() const { return message_->Request(); }

void HttpParser::Reset() {
  std::string body = std::move(message_->body);
  message_ = std::make_unique<Message>(limits_);
  if (body.capacity() <= kKeptBodyBytes) {
    body.clear();
    message_->body = std::move(body);
  }
}

}  // namespace elastilab
