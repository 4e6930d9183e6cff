#include "dataplane/discovery/session.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <random>
#include <utility>

namespace elastilab {
namespace {

namespace asio = boost::asio;
using Kind = ClientRequest::Kind;

// Nobody guesses it: it comes from the hardware or the kernel.
std::string RandomToken() {
  static std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}", random(), random(), random());
}

// One piece of input at a time is looked at by the one thread there is, so all sessions share the space: an idle client
// costs no buffer.
std::array<char, 16 << 10>& Scratch() {
  static std::array<char, 16 << 10> scratch;
  return scratch;
}

bool Again(const boost::system::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

DiscoverySession::DiscoverySession(asio::io_context& io, Tcp::socket client, ViewSource view)
    : view_(std::move(view)), client_(std::move(client)), node_(Tcp::socket(io)) {
  Error ignored;
  client_.open = true;
  client_.socket.non_blocking(true, ignored);
  client_.socket.set_option(Tcp::no_delay(true), ignored);
}

// --- from the client -----------------------------------------------------------------------------------------------

void DiscoverySession::ReadClient() {
  reading_client_ = true;
  client_.socket.async_wait(Tcp::socket::wait_read,
                            [self = shared_from_this()](const Error& error) { self->OnClientReadable(error); });
}

void DiscoverySession::OnClientReadable(const Error& error) {
  reading_client_ = false;
  if (error) return Close();
  Error failed;
  const size_t size = client_.socket.read_some(asio::buffer(Scratch()), failed);
  if (Again(failed)) return ReadClient();
  if (failed && failed != asio::error::eof) return Close();
  client_.ended = static_cast<bool>(failed);
  unread_.append(Scratch().data(), size);
  Process();
}

void DiscoverySession::Process() {
  std::string_view bytes = unread_;
  while (!barrier_ && !closing_) {
    ClientRequest request;
    const StatusOr<bool> found = splitter_.Next(bytes, request);
    if (!found.ok()) {
      client_.pending += "CLIENT_ERROR line too long\r\n";
      closing_ = true;
      break;
    }
    if (!*found) break;
    Handle(std::move(request));
  }
  unread_.erase(0, unread_.size() - bytes.size());
  if (unread_.empty()) unread_.shrink_to_fit();
  Continue();
}

void DiscoverySession::Handle(ClientRequest request) {
  if (request.kind != Kind::kForward) return AnswerInTurn(request.kind);
  dirty_ = true;
  node_.pending += request.bytes;
}

void DiscoverySession::AnswerInTurn(Kind kind) {
  if (!dirty_) {
    client_.pending += AnswerTo(kind);
    return;
  }
  behind_barrier_ = kind;
  barrier_.emplace(RandomToken());
  node_.pending += barrier_->request();
}

std::string DiscoverySession::AnswerTo(Kind kind) const {
  switch (kind) {
    case Kind::kConfigGet:
      return ConfigGetReply(view_());
    case Kind::kLegacyGet:
      return LegacyGetReply(view_());
    case Kind::kUnknownConfig:
      return "END\r\n";
    default:
      return "CLIENT_ERROR the cluster's configuration cannot be changed by clients\r\n";
  }
}

// --- the node ------------------------------------------------------------------------------------------------------

// Tries the members in their order, beginning with this one.
void DiscoverySession::ConnectNode(size_t member) {
  const ClusterView& view = view_();
  if (member >= view.members.size()) {
    connecting_ = false;
    node_.pending.clear();
    barrier_.reset();
    client_.pending += "SERVER_ERROR no node of the cluster can be reached\r\n";
    closing_ = true;
    return Continue();
  }
  connecting_ = true;
  Error ignored;
  node_.socket.close(ignored);
  const auto address = asio::ip::make_address(view.members[member].address);  // checked when the state was read
  const Tcp::endpoint where(address, static_cast<uint16_t>(view.members[member].port));
  node_.socket.async_connect(where, [self = shared_from_this(), member](const Error& error) {
    if (!self->client_.open) return;
    if (error) return self->ConnectNode(member + 1);
    Error unimportant;
    self->connecting_ = false;
    self->node_.open = true;
    self->node_.socket.non_blocking(true, unimportant);
    self->node_.socket.set_option(Tcp::no_delay(true), unimportant);
    self->Continue();
  });
}

void DiscoverySession::ReadNode() {
  reading_node_ = true;
  node_.socket.async_wait(Tcp::socket::wait_read,
                          [self = shared_from_this()](const Error& error) { self->OnNodeReadable(error); });
}

void DiscoverySession::OnNodeReadable(const Error& error) {
  reading_node_ = false;
  if (error || !client_.open) return Close();
  Error failed;
  const size_t size = node_.socket.read_some(asio::buffer(Scratch()), failed);
  if (Again(failed)) return ReadNode();
  if (failed) {
    node_.ended = closing_ = true;  // it said all it will: a client that reads sees the end, as from the node itself
    return Continue();
  }
  FromNode(std::string_view(Scratch().data(), size));
}

void DiscoverySession::FromNode(std::string_view bytes) {
  if (!barrier_) {
    client_.pending += bytes;
    return Continue();
  }
  Barrier::Passed passed = barrier_->Feed(bytes);
  client_.pending += passed.bytes;
  if (!passed.reached) return Continue();
  barrier_.reset();
  dirty_ = false;
  client_.pending += AnswerTo(behind_barrier_);
  Process();
}

// --- both ----------------------------------------------------------------------------------------------------------

void DiscoverySession::Flush(Side& side) {
  if (!side.open || !side.writing.empty() || side.pending.empty()) return;
  side.writing.swap(side.pending);
  asio::async_write(side.socket, asio::buffer(side.writing),
                    [self = shared_from_this(), &side](const Error& error, size_t) {
                      side.writing = {};
                      if (error) return self->Close();
                      self->Continue();
                    });
}

// Called after everything that happens: does what can be done now.
void DiscoverySession::Continue() {
  if (!client_.open) return;
  if (!node_.open && !connecting_ && !closing_ && !node_.pending.empty()) return ConnectNode(0);
  Flush(client_);
  Flush(node_);
  if (closing_) {
    if (client_.drained()) Close();
    return;
  }
  if (node_.open && !node_.ended && !reading_node_ && client_.drained()) ReadNode();
  if (barrier_ || connecting_ || !node_.drained()) return;
  if (!client_.ended) {
    if (!reading_client_) ReadClient();
    return;
  }
  // The client has said all it will, and the node has got it: what is left are the answers.
  Error ignored;
  if (node_.open) {
    node_.socket.shutdown(Tcp::socket::shutdown_send, ignored);
  } else if (client_.drained()) {
    Close();
  }
}

void DiscoverySession::Close() {
  Error ignored;
  client_.open = node_.open = false;
  client_.socket.close(ignored);
  node_.socket.close(ignored);
}

}  // namespace elastilab
