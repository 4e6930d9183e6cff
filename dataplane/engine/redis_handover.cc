#include "dataplane/engine/redis_handover.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "dataplane/config/redis_config.h"
#include "dataplane/engine/redis_info.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Replies = std::vector<RespValue>;

// The pause outlasts the patience by this, and then ends by itself.
constexpr milliseconds kPauseMargin{500};

// The line of the primary's INFO about the replica: "slave0:ip=…,port=…,state=online,offset=…".
bool ListsReplica(std::string_view info, const HostPort& replica) {
  const std::string wanted = fmt::format(":ip={},port={},state=online,", replica.address, replica.port);
  return info.find(wanted) != std::string_view::npos;
}

// No FAILOVER is under way in this engine.
bool IsOver(std::string_view info) { return info.find("master_failover_state:no-failover") != std::string_view::npos; }

class Handover : public std::enable_shared_from_this<Handover> {
 public:
  Handover(boost::asio::io_context& io, RespClient& client, std::weak_ptr<void> owner, const LaunchSpec& launch, HostPort to,
           milliseconds patience, Done done)
      : client_(client), owner_(std::move(owner)), launch_(launch), to_(std::move(to)), patience_(patience), done_(std::move(done)),
        replica_(io, Peer::Tcp(to_.address, to_.port), {std::string(kReplicationUser), launch.replication_password}) {}

  void Begin() {
    Ask(client_, {{"INFO", "replication"}}, [](Handover& self, const Replies& replies) {
      const std::string& info = replies.front().text;
      const auto status = ReadReplication(info, self.launch_.address);
      if (!status.ok()) return self.End(status.status());
      if (!IsOver(info)) {  // an agent before us did not live to see the end of it
        self.deadline_ = steady_clock::now() + self.patience_;
        self.paused_ = true;
        return self.AwaitSwitch();
      }
      if (status->role == NodeRole::kReplica && status->follows == self.to_) return self.End(absl::OkStatus());
      if (status->role != NodeRole::kPrimary) return self.CalledOff("this node is no primary");
      if (!ListsReplica(info, self.to_)) return self.CalledOff("the replica is not connected to the primary");
      self.Pause();
    });
  }

 private:
  using Next = void (*)(Handover&, const Replies&);

  bool Late() const { return steady_clock::now() >= deadline_; }

  void Ask(RespClient& client, const std::vector<RespCommand>& commands, Next next) {
    client.Call(commands, patience_ + kPauseMargin, [self = shared_from_this(), next](const StatusOr<Replies>& replies) {
      if (self->owner_.expired()) return;
      if (replies.ok()) return next(*self, *replies);
      self->paused_ ? self->Unpause(replies.status()) : self->End(replies.status());
    });
  }

  void Pause() {
    deadline_ = steady_clock::now() + patience_;
    paused_ = true;
    Ask(client_, {{"CLIENT", "PAUSE", std::to_string((patience_ + kPauseMargin).count()), "WRITE"}},
        [](Handover& self, const Replies& replies) {
          if (replies.front().IsError()) return self.CalledOff("writes can't be paused: " + replies.front().text);
          self.Compare();
        });
  }

  // Own offset first: it may grow by a ping, never shrink.
  void Compare() {
    Ask(client_, {{"INFO", "replication"}}, [](Handover& self, const Replies& replies) {
      const auto status = ReadReplication(replies.front().text, self.launch_.address);
      if (!status.ok() || status->role != NodeRole::kPrimary) return self.CalledOff("this node is no primary any more");
      self.offset_ = status->replication_offset;
      self.AskReplica();
    });
  }

  void AskReplica() {
    Ask(replica_, {{"INFO", "replication"}}, [](Handover& self, const Replies& replies) {
      if (replies.front().IsError()) return self.CalledOff("the replica does not tell its offset: " + replies.front().text);
      const auto status = ReadReplication(replies.front().text, self.to_.address);
      const bool has_all = status.ok() && status->role == NodeRole::kReplica && status->link_up &&
                           status->replication_offset >= self.offset_;
      if (has_all) return self.Switch();
      if (self.Late()) {
        return self.CalledOff(fmt::format("the replica did not catch up within {} ms", self.patience_.count()));
      }
      self.Compare();
    });
  }

  void Switch() {
    Ask(client_,
        {{"FAILOVER", "TO", to_.address, std::to_string(to_.port), "FORCE", "TIMEOUT", "1"},
         {"CONFIG", "SET", "bind", launch_.address},
         {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"},
         {"CLIENT", "KILL", "TYPE", "pubsub"}},
        [](Handover& self, const Replies& replies) {
          if (replies.front().IsError()) return self.CalledOff("the engine refuses: " + replies.front().text);
          self.AwaitSwitch();
        });
  }

  void AwaitSwitch() {
    Ask(client_, {{"INFO", "replication"}}, [](Handover& self, const Replies& replies) {
      const std::string& info = replies.front().text;
      const auto status = ReadReplication(info, self.launch_.address);
      // It calls itself a replica before the other one has agreed, and would stay so should that one die just then.
      const bool over = IsOver(info);
      if (over && status.ok() && status->role == NodeRole::kReplica) return self.Unpause(absl::OkStatus());
      if (over) return self.CalledOff("the replica did not take over");
      if (self.Late()) return self.Abort();
      self.AwaitSwitch();
    });
  }

  // Either it is aborted now, or it has just happened.
  void Abort() {
    deadline_ = steady_clock::now() + patience_;
    Ask(client_, {{"FAILOVER", "ABORT"}}, [](Handover& self, const Replies&) { self.AwaitSwitch(); });
  }

  void CalledOff(const std::string& why) {
    const Status status = absl::FailedPreconditionError(why);
    paused_ ? Unpause(status) : End(status);
  }

  void Unpause(const Status& result) {
    client_.Call({{"CLIENT", "UNPAUSE"}}, patience_,
                 [self = shared_from_this(), result](const StatusOr<Replies>&) {
                   if (!self->owner_.expired()) self->End(result);
                 });
  }

  void End(const Status& status) { std::exchange(done_, nullptr)(status); }

  RespClient& client_;
  const std::weak_ptr<void> owner_;
  const LaunchSpec launch_;
  const HostPort to_;
  const milliseconds patience_;
  Done done_;
  RespClient replica_;
  steady_clock::time_point deadline_;
  int64_t offset_ = 0;
  bool paused_ = false;
};

}  // namespace

void HandOverRedis(boost::asio::io_context& io, RespClient& client, std::weak_ptr<void> owner, const LaunchSpec& launch,
                   const HostPort& to, milliseconds patience, Done done) {
  std::make_shared<Handover>(io, client, std::move(owner), launch, to, patience, std::move(done))->Begin();
}

}  // namespace elastilab
