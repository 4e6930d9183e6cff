// HTTP/1.1 requests out of bytes, without any socket: one request at a time, in bounded memory. Strict where leniency
// would let two readers disagree about where a request ends.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "controlplane/identity/signature/http_request.h"

namespace elastilab {

struct HttpLimits {
  size_t head_bytes = 16 * 1024;  // request line and headers; blanks around values may make it twice as much
  size_t headers = 100;
  size_t body_bytes = 1024 * 1024;
};

// Why a request is refused: an HTTP status and a sentence.
struct HttpRefusal {
  int status = 400;
  std::string why = {};
};

// Refused besides what is no HTTP/1.0 or 1.1: HTTP/1.1 without exactly one Host; POST and PUT without a length (411);
// transfer codings other than "chunked"; expectations other than "100-continue"; what is beyond the limits (431, 413),
// chunk framing that weighs more than the body may.
class HttpParser {
 public:
  enum class Progress { kNeedsMore, kDone, kRefused };

  explicit HttpParser(const HttpLimits& limits);
  ~HttpParser();
  HttpParser(HttpParser&&) noexcept;
  HttpParser& operator=(HttpParser&&) noexcept;

  // Reads on and says how many bytes it used; the rest is to be given again with more behind it, while kNeedsMore. Stops
  // behind the last byte of a request. Not to be called after kDone or kRefused.
  size_t Consume(std::string_view bytes);

  Progress progress() const;
  bool started() const;    // some bytes of this request were used
  bool head_done() const;  // and from now on body bytes count
  const HttpRefusal& refusal() const;

  // Once the head is done. Views live until Reset().
  bool keep_alive() const;
  bool wants_continue() const;  // the client waits for "100 Continue" before it sends the body
  size_t body_bytes() const;    // that came so far

  // Once kDone. Views live until Reset().
  HttpRequestView request() const;

  // On to the next request of the connection.
  void Reset();

 private:
  class Message;

  HttpLimits limits_;
  std::unique_ptr<Message> message_;
};

}  // namespace elastilab
