#include "controlplane/faces/query/http_connection.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <exception>

namespace elastilab {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;
using TlsStream = asio::ssl::stream<tcp::socket>;

constexpr size_t kFirstBuffer = 8 * 1024;
// A refused sender may still be sending: what it sends is read away for a while, so that it sees the reply instead of a
// reset connection.
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr size_t kLingerBytes = 8 * 1024 * 1024;
constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";

tcp::socket& Lowest(tcp::socket& socket) { return socket; }
tcp::socket& Lowest(TlsStream& stream) { return stream.next_layer(); }

std::string PeerOf(const tcp::socket& socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

// Bytes that came and were not used yet.
class Inbox {
 public:
  std::string_view unused() const { return std::string_view(bytes_).substr(begin_, end_ - begin_); }
  void Use(size_t count) { begin_ += count; }
  void Clear() { begin_ = end_ = 0; }

  // Room to read into; grows only while a single piece does not fit, which the parser bounds.
  asio::mutable_buffer Room() {
    if (begin_ > 0) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == bytes_.size()) bytes_.resize(std::max(kFirstBuffer, 2 * bytes_.size()));
    return asio::buffer(bytes_.data() + end_, bytes_.size() - end_);
  }
  void Filled(size_t count) { end_ += count; }

 private:
  std::string bytes_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

template <typename Stream>
class Connection final : public HttpConnection {
 public:
  template <typename... Arguments>
  Connection(HttpLoop& loop, bool turn_away, Arguments&&... arguments)
      : loop_(loop), turn_away_(turn_away), stream_(std::forward<Arguments>(arguments)...), parser_(options().limits),
        peer_(PeerOf(Lowest(stream_))) {}

  void Start() override {
    error_code ignored;
    Lowest(stream_).set_option(tcp::no_delay(true), ignored);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      Enter(Phase::kHandshake, options().head_time);
      stream_.async_handshake(asio::ssl::stream_base::server, [self = Self()](const error_code& error) {
        if (error) return self->Close();
        self->Begin();
      });
    } else {
      Begin();
    }
  }

  void Expire() override {
    error_code ignored;
    if (phase_ == Phase::kHead || phase_ == Phase::kBody) Lowest(stream_).cancel(ignored);  // the read that waits
    switch (phase_) {
      case Phase::kHead:
        return Refuse({408, fmt::format("The request's head took longer than {} ms.", Taken())});
      case Phase::kBody:
        return Refuse({408, fmt::format("The request's body took longer than {} ms.", Taken())});
      case Phase::kWriting:
        Lowest(stream_).set_option(asio::socket_base::linger(true, 0), ignored);  // nor keep what it did not take
        return Close();
      default:
        return Close();
    }
  }

  void Drain() override {
    if (phase_ != Phase::kWriting && phase_ != Phase::kWorking) Close();
  }

 private:
  std::shared_ptr<Connection> Self() { return std::static_pointer_cast<Connection>(shared_from_this()); }
  const HttpServerOptions& options() const { return loop_.shared().options; }

  void Enter(Phase phase, std::chrono::milliseconds time) {
    phase_ = phase;
    since_ = steady_clock::now();
    deadline_ = since_ + time;
  }

  // How long the phase has lasted, in milliseconds.
  int64_t Taken() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - since_).count();
  }

  void Begin() {
    if (turn_away_) return Refuse({503, "There are too many connections; try again in a moment."});
    Enter(Phase::kIdle, options().idle_time);
    Proceed();
  }

  // Goes as far as the bytes at hand go.
  void Proceed() {
    if (!inbox_.unused().empty()) {
      if (phase_ == Phase::kIdle) Enter(Phase::kHead, options().head_time);
      inbox_.Use(parser_.Consume(inbox_.unused()));
      if (!CountBody()) return Refuse({503, "Too many large requests at once; try again in a moment."});
      if (parser_.progress() == HttpParser::Progress::kDone) return Serve();
      if (parser_.progress() == HttpParser::Progress::kRefused) return Refuse(parser_.refusal());
      if (parser_.head_done() && phase_ == Phase::kHead) {
        Enter(Phase::kBody, options().body_time);
        if (parser_.wants_continue() && parser_.body_bytes() == 0) return Continue();
      }
    }
    Read();
  }

  bool CountBody() {
    const size_t now = parser_.body_bytes();
    if (!loop_.TakeBody(static_cast<ssize_t>(now) - static_cast<ssize_t>(counted_))) return false;
    counted_ = now;
    return true;
  }

  void Read() {
    stream_.async_read_some(inbox_.Room(), [self = Self()](const error_code& error, size_t count) {
      if (self->reading_is_over()) return;
      if (error) return self->Close();
      self->inbox_.Filled(count);
      self->Proceed();
    });
  }

  // A deadline or the end of the server may have come while a read waited.
  bool reading_is_over() const { return closed_ || phase_ == Phase::kWriting || phase_ == Phase::kLingering; }

  void Continue() {
    asio::async_write(stream_, asio::buffer(kContinue, sizeof kContinue - 1), [self = Self()](const error_code& error, size_t) {
      if (self->reading_is_over()) return;
      if (error) return self->Close();
      self->Read();
    });
  }

  void Serve() {
    phase_ = Phase::kWorking;
    deadline_ = Instant::max();
    close_after_ = !parser_.keep_alive() || loop_.draining();
    request_ = {parser_.request(), peer_, std::is_same_v<Stream, TlsStream>};
    HttpReply reply = Guarded([this] { return loop_.shared().handler.Handle(request_); });
    if (auto* response = std::get_if<HttpResponse>(&reply)) return Write(std::move(*response));
    asio::post(loop_.shared().workers, [self = Self(), work = std::move(std::get<1>(reply))] {
      HttpReply made = self->Guarded([&]() -> HttpReply { return work(); });
      asio::post(self->loop_.io(), [self, response = std::move(std::get<HttpResponse>(made))]() mutable {
        self->Write(std::move(response));
      });
    });
  }

  // A handler that throws is a bug of ours, and must not take the server down.
  template <typename Call>
  HttpReply Guarded(Call call) {
    try {
      return call();
    } catch (const std::exception& error) {
      spdlog::error("an HTTP request failed: {}", error.what());
      return loop_.shared().handler.Refuse(500, "An internal error; the control plane's log tells more.");
    }
  }

  void Refuse(const HttpRefusal& refusal) {
    if (closed_) return;
    close_after_ = linger_ = true;
    Write(loop_.shared().handler.Refuse(refusal.status, refusal.why));
  }

  std::string HeadOf(const HttpResponse& response) {
    std::string head = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nDate: {}\r\nConnection: {}\r\n",
                                   response.status, HttpReason(response.status), response.content_type, response.body.size(),
                                   loop_.Date(), close_after_ ? "close" : "keep-alive");
    if (!response.request_id.empty()) head.append("x-amzn-RequestId: ").append(response.request_id).append("\r\n");
    if (!response.allow.empty()) head.append("Allow: ").append(response.allow).append("\r\n");
    return head.append("\r\n");
  }

  void Write(HttpResponse response) {
    if (closed_) return;
    Enter(Phase::kWriting, options().write_time);
    close_after_ |= loop_.draining();
    head_ = HeadOf(response);
    body_ = request_.view.method == "HEAD" ? std::string() : std::move(response.body);
    auto done = [self = Self()](const error_code& error, size_t) { self->Written(error); };
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      head_.append(body_);  // one record instead of two
      asio::async_write(stream_, asio::buffer(head_), std::move(done));
    } else {
      asio::async_write(stream_, std::array{asio::buffer(std::as_const(head_)), asio::buffer(std::as_const(body_))},
                        std::move(done));
    }
  }

  void Written(const error_code& error) {
    if (closed_) return;
    if (error) return Close();
    if (linger_) return Linger();
    if (close_after_ || loop_.draining()) return Close();
    request_ = {};
    body_ = {};
    parser_.Reset();
    CountBody();
    Enter(Phase::kIdle, options().idle_time);
    Proceed();
  }

  void Linger() {
    error_code ignored;
    Lowest(stream_).shutdown(tcp::socket::shutdown_send, ignored);
    Enter(Phase::kLingering, kLingerTime);
    Discard();
  }

  // Beneath any TLS: nobody reads what this is.
  void Discard() {
    inbox_.Clear();
    Lowest(stream_).async_read_some(inbox_.Room(), [self = Self()](const error_code& error, size_t count) {
      self->discarded_ += count;
      if (error || self->closed_ || self->discarded_ > kLingerBytes) return self->Close();
      self->Discard();
    });
  }

  void Close() {
    if (closed_) return;
    closed_ = true;
    loop_.TakeBody(-static_cast<ssize_t>(counted_));
    error_code ignored;
    Lowest(stream_).close(ignored);
    loop_.Remove(this);
  }

  HttpLoop& loop_;
  const bool turn_away_;
  Stream stream_;
  HttpParser parser_;
  Inbox inbox_;
  const std::string peer_;
  HttpRequest request_;
  std::string head_;
  std::string body_;
  size_t counted_ = 0;    // body bytes that the loop knows of
  size_t discarded_ = 0;
  bool close_after_ = false;
  bool linger_ = false;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<HttpConnection> MakeHttpConnection(HttpLoop& loop, tcp::socket socket, bool turn_away) {
  if (auto* tls = loop.shared().tls) {
    return std::make_shared<Connection<TlsStream>>(loop, turn_away, std::move(socket), *tls);
  }
  return std::make_shared<Connection<tcp::socket>>(loop, turn_away, std::move(socket));
}

}  // namespace elastilab
