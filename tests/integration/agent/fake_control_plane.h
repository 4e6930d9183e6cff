// The other end of the agent protocol, in the hand of a test: says what it is told to, remembers what it hears.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/os/host.h"
#include "proto/agent/v1/agent.grpc.pb.h"

namespace elastilab {

// As reports carry it.
inline int64_t NowMicros() { return MonotonicMicros(std::chrono::steady_clock::now()); }

class FakeControlPlane final : public agent::v1::AgentService::Service {
 public:
  using Report = agent::v1::NodeReport;
  using Stream = grpc::ServerReaderWriter<agent::v1::ControlMessage, agent::v1::AgentMessage>;
  static constexpr std::chrono::seconds kPatience{20};

  // `target` is "unix:/path".
  explicit FakeControlPlane(const std::string& target) : target_(target) { Up(); }
  ~FakeControlPlane() override { Down(); }

  void Up() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(target_, grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  void Down() {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

  // Remembers the wish for Welcome, and sends it when there is a stream.
  void Assign(const agent::v1::Assignment& assignment) {
    agent::v1::ControlMessage message;
    *message.mutable_assign() = assignment;
    std::lock_guard lock(mu_);
    assignments_[assignment.uid()] = assignment;
    WriteLocked(message);
  }
  void Forget(int64_t uid) {
    std::lock_guard lock(mu_);
    assignments_.erase(uid);
  }
  void Send(const agent::v1::ControlMessage& message) {
    std::lock_guard lock(mu_);
    WriteLocked(message);
  }

  // The first report, from the `from`-th on, that `matches`. Fails the wait after kPatience with an empty one.
  Report Await(const std::function<bool(const Report&)>& matches, size_t from = 0) {
    std::unique_lock lock(mu_);
    Report found;
    changed_.wait_for(lock, kPatience, [&] {
      for (size_t i = from; i < reports_.size(); ++i) {
        if (!matches(reports_[i])) continue;
        found = reports_[i];
        return true;
      }
      return false;
    });
    return found;
  }
  Report AwaitPhase(int64_t uid, agent::v1::Phase phase, size_t from = 0) {
    return Await([&](const Report& r) { return r.uid() == uid && r.phase() == phase; }, from);
  }
  // Reports heard so far: a place to wait from.
  size_t Mark() {
    std::lock_guard lock(mu_);
    return reports_.size();
  }
  std::vector<Report> Reports() {
    std::lock_guard lock(mu_);
    return reports_;
  }
  // The n-th Hello; waits for it.
  agent::v1::Hello AwaitHello(size_t n) {
    std::unique_lock lock(mu_);
    changed_.wait_for(lock, kPatience, [&] { return hellos_.size() >= n; });
    return hellos_.size() >= n ? hellos_[n - 1] : agent::v1::Hello();
  }
  bool AwaitSuspended() {
    std::unique_lock lock(mu_);
    return changed_.wait_for(lock, kPatience, [&] { return suspended_; });
  }

  // The pid that the agent harmed for this inject id; -1 when it does not say.
  int64_t AwaitInjected(int64_t inject_id) {
    std::unique_lock lock(mu_);
    changed_.wait_for(lock, kPatience, [&] { return injected_.contains(inject_id); });
    return injected_.contains(inject_id) ? injected_.at(inject_id) : -1;
  }

  grpc::Status Session(grpc::ServerContext*, Stream* stream) override {
    agent::v1::AgentMessage message;
    while (stream->Read(&message)) {
      std::lock_guard lock(mu_);
      if (message.has_hello()) {
        hellos_.push_back(message.hello());
        stream_ = stream;
        WriteLocked(Welcome());
      } else if (message.has_report()) {
        reports_.push_back(message.report());
      } else if (message.has_suspended()) {
        suspended_ = true;
      } else if (message.has_injected()) {
        injected_[message.injected().inject_id()] = message.injected().pid();
      }
      changed_.notify_all();
    }
    std::lock_guard lock(mu_);
    if (stream_ == stream) stream_ = nullptr;
    return grpc::Status::OK;
  }

 private:
  agent::v1::ControlMessage Welcome() const {
    agent::v1::ControlMessage message;
    message.mutable_welcome()->set_lease_ms(3000);
    for (const auto& [uid, assignment] : assignments_) *message.mutable_welcome()->add_assignments() = assignment;
    return message;
  }
  void WriteLocked(const agent::v1::ControlMessage& message) {
    if (stream_ != nullptr) stream_->Write(message);
  }

  std::string target_;
  std::unique_ptr<grpc::Server> server_;
  std::mutex mu_;
  std::condition_variable changed_;
  Stream* stream_ = nullptr;
  std::map<int64_t, agent::v1::Assignment> assignments_;
  std::vector<agent::v1::Hello> hellos_;
  std::vector<Report> reports_;
  bool suspended_ = false;
  std::map<int64_t, int64_t> injected_;
};

}  // namespace elastilab
