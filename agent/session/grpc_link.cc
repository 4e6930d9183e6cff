#include "agent/session/grpc_link.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <future>
#include <utility>

#include "common/os/host.h"
#include "proto/agent/v1/agent.grpc.pb.h"

namespace elastilab {
namespace {

using agent::v1::AgentMessage;
using agent::v1::ControlMessage;
using std::chrono::milliseconds;

constexpr milliseconds kFirstRetry{20};
constexpr milliseconds kLastRetry{500};

// The one place that chooses the transport. A Unix socket is protected by the mode of its directory.
std::shared_ptr<grpc::Channel> MakeControlPlaneChannel(const std::string& target) {
  grpc::ChannelArguments args;
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  args.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  args.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  args.SetInt(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, -1);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), args);
}

Status FromGrpc(const grpc::Status& status) {
  return Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

// One stream, from StartCall to OnDone. gRPC calls the reactor from its own threads; all members except those that a
// pending operation owns are touched on the io_context's thread only.
class Stream final : public grpc::ClientBidiReactor<AgentMessage, ControlMessage> {
 public:
  struct Events {
    std::function<void(ControlMessage)> received;
    std::function<void(Status)> done;
  };

  Stream(boost::asio::io_context& io, std::shared_ptr<grpc::Channel> channel, Events events)
      : io_(io), channel_(std::move(channel)), stub_(agent::v1::AgentService::NewStub(channel_)),
        events_(std::move(events)) {
    stub_->async()->Session(&context_, this);
  }

  // `self` keeps the stream until gRPC is done with it; the hold lets writes come from outside its callbacks.
  void Begin(std::shared_ptr<Stream> self) {
    self_ = std::move(self);
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  void Send(const AgentMessage& message) {
    if (ended_) return;
    outgoing_.push_back(message);
    WriteNext();
  }

  // After what is queued.
  void HalfClose() {
    half_close_ = true;
    WriteNext();
  }

  void Cancel() {
    context_.TryCancel();
    End();
  }

  void DropEvents() { events_ = {}; }
  // Ready once gRPC is done with this stream.
  std::shared_future<void> Gone() const { return gone_future_; }

 private:
  void OnWriteDone(bool ok) override {
    boost::asio::post(io_, [self = self_, ok] { self->Written(ok); });
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      boost::asio::post(io_, [self = self_] { self->End(); });
      return;
    }
    boost::asio::post(io_, [self = self_, message = std::move(incoming_)]() mutable {
      if (self->events_.received) self->events_.received(std::move(message));
    });
    StartRead(&incoming_);
  }

  void OnDone(const grpc::Status& status) override {
    // The stream, and the channel with it, must be destroyed on the other thread: nothing of it is touched after post.
    std::promise<void> gone = std::move(gone_);
    boost::asio::post(io_, [self = std::move(self_), result = FromGrpc(status)] {
      if (self->events_.done) self->events_.done(result);
    });
    gone.set_value();
  }

  void WriteNext() {
    if (writing_ || ended_) return;
    if (!outgoing_.empty()) {
      writing_ = true;
      StartWrite(&outgoing_.front());
    } else if (half_close_ && !std::exchange(half_closed_, true)) {
      StartWritesDone();
    }
  }

  void Written(bool ok) {
    writing_ = false;
    outgoing_.pop_front();
    if (!ok) return End();
    WriteNext();
  }

  // No operation is started from now on; gRPC finishes when those under way have.
  void End() {
    if (!std::exchange(ended_, true)) RemoveHold();
  }

  boost::asio::io_context& io_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<agent::v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  Events events_;
  std::shared_ptr<Stream> self_;
  ControlMessage incoming_;
  std::deque<AgentMessage> outgoing_;
  bool writing_ = false;
  bool half_close_ = false;
  bool half_closed_ = false;
  bool ended_ = false;
  std::promise<void> gone_;
  std::shared_future<void> gone_future_ = gone_.get_future().share();
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::io_context& io, Host& host, std::string target, ControlLink::Events events)
      : io_(io), target_(std::move(target)), events_(std::move(events)), retry_(host.MakeAlarm()) {}

  void Connect() {
    auto weak = weak_from_this();
    stream_ = std::make_shared<Stream>(io_, MakeControlPlaneChannel(target_),
                                       Stream::Events{.received = [weak](ControlMessage message) {
                                                        if (auto self = weak.lock()) self->Received(message);
                                                      },
                                                      .done = [weak](const Status& status) {
                                                        if (auto self = weak.lock()) self->Done(status);
                                                      }});
    stream_->Begin(stream_);
    events_.opened();
  }

  void Send(const AgentMessage& message) {
    if (stream_) stream_->Send(message);
  }

  void Reset() {
    if (stream_) stream_->Cancel();
  }

  void Close(milliseconds patience, std::function<void()> done) {
    closed_ = std::move(done);
    if (!stream_) return Closed();
    stream_->HalfClose();
    retry_->Set(patience, [this] { Closed(); });
  }

  // Returns when gRPC has let go of the stream.
  void Abandon() {
    retry_->Cancel();
    if (!stream_) return;
    stream_->DropEvents();
    stream_->Cancel();
    stream_->Gone().wait();
    stream_.reset();
  }

 private:
  void Received(const ControlMessage& message) {
    retry_after_ = kFirstRetry;
    events_.received(message);
  }

  void Done(const Status& status) {
    stream_.reset();
    if (closed_) return Closed();
    events_.lost(status);
    retry_->Set(retry_after_, [this] { Connect(); });
    retry_after_ = std::min(kLastRetry, retry_after_ * 2);
  }

  void Closed() {
    if (auto done = std::exchange(closed_, nullptr)) done();
  }

  boost::asio::io_context& io_;
  std::string target_;
  ControlLink::Events events_;
  const std::unique_ptr<Alarm> retry_;
  milliseconds retry_after_ = kFirstRetry;
  std::shared_ptr<Stream> stream_;
  std::function<void()> closed_;
};

class GrpcLink final : public ControlLink {
 public:
  GrpcLink(boost::asio::io_context& io, Host& host, std::string target, Events events)
      : connection_(std::make_shared<Connection>(io, host, std::move(target), std::move(events))) {}
  ~GrpcLink() override { connection_->Abandon(); }

  void Connect() override { connection_->Connect(); }
  void Send(const AgentMessage& message) override { connection_->Send(message); }
  void Reset() override { connection_->Reset(); }
  void Close(milliseconds patience, std::function<void()> done) override {
    connection_->Close(patience, std::move(done));
  }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

LinkFactory GrpcLinks(boost::asio::io_context& io, Host& host, std::string target) {
  return [&io, &host, target = std::move(target)](ControlLink::Events events) {
    return std::make_unique<GrpcLink>(io, host, target, std::move(events));
  };
}

}  // namespace elastilab
