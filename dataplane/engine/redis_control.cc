#include "dataplane/engine/redis_control.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "dataplane/config/redis_config.h"
#include "dataplane/config/redis_parameters.h"
#include "dataplane/engine/bind_trouble.h"
#include "dataplane/engine/redis_apply.h"
#include "dataplane/engine/redis_files.h"
#include "dataplane/engine/redis_handover.h"
#include "dataplane/engine/redis_info.h"
#include "dataplane/wire/resp_client.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Replies = std::vector<RespValue>;

// The first error among the replies, as a status.
Status CheckReplies(const std::string& name, const Replies& replies) {
  const auto error = std::find_if(replies.begin(), replies.end(), [](const RespValue& r) { return r.IsError(); });
  if (error == replies.end()) return absl::OkStatus();
  const std::string text = fmt::format("{}: the engine answers: {}", name, error->text);
  const bool later = error->text.starts_with("BUSY") || error->text.starts_with("LOADING");
  if (later) return absl::UnavailableError(text);
  if (error->text.starts_with("NOPERM")) return absl::PermissionDeniedError(text);
  return absl::InternalError(text);
}

bool IsFailingOver(const Replies& replies) {
  return std::any_of(replies.begin(), replies.end(), [](const RespValue& reply) {
    return reply.IsError() && reply.text.find("while failing over") != std::string::npos;
  });
}

bool UnknownDirective(const RespValue& reply) {
  return reply.IsError() && (reply.text.find("Unknown option") != std::string::npos ||
                             reply.text.find("Unsupported CONFIG parameter") != std::string::npos);
}

// The engine has set as many clients as the descriptors it may open allow, at its start already.
bool AsManyClientsAsPossible(const RedisDirective& directive, const RespValue& reply) {
  return directive.name == "maxclients" && reply.text.find("operating system") != std::string::npos;
}

class RedisControl final : public EngineControl {
 public:
  RedisControl(boost::asio::io_context& io, const LaunchSpec& launch, const NodePaths& paths)
      : io_(io), launch_(launch),
        data_dir_(paths.data_dir),
        client_(io, Peer::UnixOrTcp(paths.socket, launch.address, launch.port), {std::string(kControlUser), launch.control_password}) {}

  void Ping(milliseconds timeout, Done done) override {
    client_.Call({{"PING"}}, timeout,
                 [done = std::move(done)](const StatusOr<Replies>& replies) { done(replies.status()); });
  }

  void Query(milliseconds timeout, StatusDone done) override {
    client_.Call({{"INFO", "server", "replication", "persistence", "keyspace"}}, timeout,
                 [this, done = std::move(done)](const StatusOr<Replies>& replies) {
                   if (!replies.ok()) return done(replies.status());
                   if (Status status = CheckReplies(launch_.name, *replies); !status.ok()) return done(status);
                   done(ParseRedisInfo(replies->front().text, launch_.address));
                 });
  }

  void Apply(const LiveSpec& from, const LiveSpec& to, milliseconds timeout, Done done) override;
  void SetParameters(const std::map<std::string, std::string>& parameters, milliseconds timeout, Done done) override;
  void HandOver(const HostPort& to, milliseconds patience, Done done) override {
    HandOverRedis(io_, client_, alive_, launch_, to, patience, std::move(done));
  }
  void Shutdown(bool save, milliseconds timeout, Done done) override;

 private:
  // Batches left to send, in order.
  struct Work {
    std::vector<RedisBatch> batches;
    size_t next = 0;
    steady_clock::time_point deadline;
    Done done;

    milliseconds Left() const {
      return std::max(milliseconds(0),
                      std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()) + milliseconds(1));
    }
  };

  void Continue(Work work);
  void AbortFailover(Work work);
  Status ExplainApply(const RedisBatch& batch, const Replies& replies) const;
  void SendDirectives(std::vector<RedisDirective> directives, milliseconds timeout, Done done);

  boost::asio::io_context& io_;
  const LaunchSpec launch_;
  const std::string data_dir_;
  RespClient client_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

void RedisControl::Apply(const LiveSpec& /*from*/, const LiveSpec& to, milliseconds timeout, Done done) {
  if (to.role == NodeRole::kNone) {
    return client_.Call({{"PING"}}, timeout, [this, done = std::move(done)](const StatusOr<Replies>&) {
      done(absl::InvalidArgumentError(fmt::format("{}: no role to apply", launch_.name)));
    });
  }
  // What is true is asked of the engine itself, which knows better than any record.
  Work work{.batches = {}, .deadline = steady_clock::now() + timeout, .done = std::move(done)};
  client_.Call(ObserveCommands(), timeout,
               [this, to, work = std::move(work)](const StatusOr<Replies>& replies) mutable {
                 if (!replies.ok()) return work.done(replies.status());
                 if (Status status = CheckReplies(launch_.name, *replies); !status.ok()) return work.done(status);
                 const StatusOr<RedisObserved> observed = ReadObserved(*replies);
                 if (!observed.ok()) return work.done(observed.status());
                 work.batches = PlanRedisApply(launch_, *observed, to);
                 Continue(std::move(work));
               });
}

void RedisControl::Continue(Work work) {
  if (work.next == work.batches.size()) return work.done(absl::OkStatus());
  const RedisBatch& batch = work.batches[work.next++];
  const milliseconds left = work.Left();
  client_.Call(batch, left, [this, work = std::move(work)](const StatusOr<Replies>& replies) mutable {
    if (!replies.ok()) return work.done(replies.status());
    if (IsFailingOver(*replies)) return AbortFailover(std::move(work));
    Status status = ExplainApply(work.batches[work.next - 1], *replies);
    if (!status.ok()) return work.done(status);
    Continue(std::move(work));
  });
}

// A handover that an agent began and did not live to see the end of.
void RedisControl::AbortFailover(Work work) {
  const milliseconds left = work.Left();
  client_.Call({{"FAILOVER", "ABORT"}}, left, [this, work = std::move(work)](const StatusOr<Replies>&) {
    work.done(absl::UnavailableError(fmt::format("{}: an interrupted handover is called off first", launch_.name)));
  });
}

// The engine says only that it failed to bind; which address it was, and why, is found out here.
Status RedisControl::ExplainApply(const RedisBatch& batch, const Replies& replies) const {
  for (size_t i = 0; i < replies.size(); ++i) {
    const bool bind_failed = replies[i].IsError() && replies[i].text.find("Failed to bind") != std::string::npos;
    if (bind_failed) return ExplainBindFailure(launch_, batch[i].back());
  }
  return CheckReplies(launch_.name, replies);
}

void RedisControl::SetParameters(const std::map<std::string, std::string>& parameters, milliseconds timeout,
                                 Done done) {
  const auto deadline = steady_clock::now() + timeout;
  // Any version: what this one doesn't know it will say itself.
  auto translated = TranslateRedisParameters(parameters, launch_.family, "999");
  std::vector<RespCommand> questions = {{"PING"}};
  if (translated.ok()) {
    for (const RedisDirective& directive : translated->startup) questions.push_back({"CONFIG", "GET", directive.name});
  }
  auto on_present = [this, translated = std::move(translated), deadline,
                     done = std::move(done)](const StatusOr<Replies>& replies) mutable {
    if (!translated.ok()) return done(translated.status());
    if (!replies.ok()) return done(replies.status());
    if (Status status = CheckReplies(launch_.name, *replies); !status.ok()) return done(status);
    std::vector<std::string> differ;
    for (size_t i = 0; i < translated->startup.size(); ++i) {
      const std::vector<RespValue>& present = (*replies)[i + 1].items;
      const RedisDirective& wanted = translated->startup[i];
      if (present.size() == 2 && present[1].text != wanted.value) differ.push_back(wanted.name);
    }
    if (!differ.empty()) {
      return done(absl::FailedPreconditionError(
          fmt::format("{}: {} can only change with a new process", launch_.name, fmt::join(differ, ", "))));
    }
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    SendDirectives(std::move(translated->runtime), left, std::move(done));
  };
  client_.Call(questions, timeout, std::move(on_present));
}

void RedisControl::SendDirectives(std::vector<RedisDirective> directives, milliseconds timeout, Done done) {
  if (directives.empty()) return done(absl::OkStatus());
  std::vector<RespCommand> commands;
  for (const RedisDirective& directive : directives) {
    commands.push_back({"CONFIG", "SET", directive.name, directive.value});
  }
  client_.Call(
      commands, timeout,
      [this, directives = std::move(directives), done = std::move(done)](const StatusOr<Replies>& replies) {
        if (!replies.ok()) return done(replies.status());
        for (size_t i = 0; i < directives.size(); ++i) {
          const RespValue& reply = (*replies)[i];
          if (!reply.IsError() || UnknownDirective(reply) || AsManyClientsAsPossible(directives[i], reply)) continue;
          return done(absl::InvalidArgumentError(fmt::format("{}: {} cannot be set to '{}': {}", launch_.name,
                                                             directives[i].name, directives[i].value, reply.text)));
        }
        done(absl::OkStatus());
      });
}

void RedisControl::Shutdown(bool save, milliseconds timeout, Done done) {
  const bool dump = save && !KeepsAppendOnlyFile(launch_);
  if (dump) OrderDump({data_dir_, "", ""});
  client_.Call({{"SHUTDOWN", dump ? "SAVE" : "NOSAVE"}}, timeout,
               [this, done = std::move(done)](const StatusOr<Replies>& replies) {
                 // Success is silence: the engine closes the connection when it exits.
                 if (absl::IsAborted(replies.status())) return done(absl::OkStatus());
                 done(replies.ok() ? CheckReplies(launch_.name, *replies) : replies.status());
               });
}

}  // namespace

std::unique_ptr<EngineControl> MakeRedisControl(boost::asio::io_context& io, const LaunchSpec& launch,
                                                const NodePaths& paths) {
  return std::make_unique<RedisControl>(io, launch, paths);
}

}  // namespace elastilab
