#include "controlplane/region/fleet/agent_service.h"

#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <deque>

#include "common/contain.h"
#include "proto/agent/v1/agent.grpc.pb.h"

namespace elastilab {
namespace {

using agent::v1::AgentMessage;
using agent::v1::ControlMessage;

// The stream of one agent. gRPC allows one write in flight, so messages queue here. The reactor lives until OnDone; the
// link that the fleet holds may outlive it and is cut then.
class AgentStream : public grpc::ServerBidiReactor<AgentMessage, ControlMessage> {
 public:
  class Link : public AgentLink {
   public:
    explicit Link(AgentStream* stream) : stream_(stream) {}
    void Send(const ControlMessage& message) override {
      std::lock_guard lock(mu_);
      if (stream_ != nullptr) stream_->Enqueue(message);
    }
    void Cut() {
      std::lock_guard lock(mu_);
      stream_ = nullptr;
    }

   private:
    std::mutex mu_;
    AgentStream* stream_;
  };

  explicit AgentStream(Fleet& fleet) : fleet_(fleet), link_(std::make_shared<Link>(this)) { StartRead(&incoming_); }

  void OnReadDone(bool ok) override {
    if (!ok) return End(grpc::Status::OK);
    bool goes_on = false;
    const Status received = Contain([&] {
      goes_on = Receive();
      return absl::OkStatus();
    });
    // The agent keeps its engines and comes again: better than a wish with holes, whose missing nodes it would remove.
    if (!received.ok()) {
      spdlog::error("a message of an agent could not be taken: {}", std::string(received.message()));
      return End({grpc::StatusCode::INTERNAL, std::string(received.message())});
    }
    if (!goes_on) return End(refusal_);
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    std::lock_guard lock(mu_);
    outgoing_.pop_front();
    if (!ok) outgoing_.clear();
    if (!outgoing_.empty() && !ended_) StartWrite(&outgoing_.front());
  }

  void OnCancel() override { End(grpc::Status::CANCELLED); }

  void OnDone() override {
    link_->Cut();
    fleet_.Disconnect(*link_);
    delete this;
  }

 private:
  // False ends the stream.
  bool Receive() {
    switch (incoming_.body_case()) {
      case AgentMessage::kHello:
        spdlog::info("agent of {} connects, pid {}, {} nodes", incoming_.hello().zone(), incoming_.hello().pid(),
                     incoming_.hello().nodes_size());
        if (fleet_.Connect(link_, incoming_.hello())) return true;
        refusal_ = {grpc::StatusCode::ALREADY_EXISTS, "another agent serves " + incoming_.hello().zone()};
        return false;
      case AgentMessage::kReport:
        fleet_.Report(*link_, incoming_.report());
        return true;
      case AgentMessage::kHeartbeat:
        fleet_.Heartbeat(*link_);
        return true;
      case AgentMessage::kSuspended:
        fleet_.Suspended(*link_);
        return true;
      case AgentMessage::kInjected:
        fleet_.Injected(*link_, incoming_.injected());
        return true;
      case AgentMessage::BODY_NOT_SET:
        return true;
    }
    return true;
  }

  void Enqueue(const ControlMessage& message) {
    std::lock_guard lock(mu_);
    if (ended_) return;
    outgoing_.push_back(message);
    if (outgoing_.size() == 1) StartWrite(&outgoing_.front());
  }

  void End(const grpc::Status& status) {
    std::lock_guard lock(mu_);
    if (ended_) return;
    ended_ = true;
    Finish(status);
  }

  Fleet& fleet_;
  std::shared_ptr<Link> link_;
  AgentMessage incoming_;
  grpc::Status refusal_;
  std::mutex mu_;
  std::deque<ControlMessage> outgoing_;
  bool ended_ = false;
};

class AgentService final : public agent::v1::AgentService::CallbackService {
 public:
  explicit AgentService(Fleet& fleet) : fleet_(fleet) {}
  grpc::ServerBidiReactor<AgentMessage, ControlMessage>* Session(grpc::CallbackServerContext*) override {
    return new AgentStream(fleet_);
  }

 private:
  Fleet& fleet_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAgentService(Fleet& fleet) { return std::make_unique<AgentService>(fleet); }

}  // namespace elastilab
