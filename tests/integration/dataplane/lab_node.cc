#include "tests/integration/dataplane/lab_node.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>

#include "common/os/files.h"
#include "dataplane/config/redis_config.h"

namespace elastilab {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience(10'000);

bool RunUntil(boost::asio::io_context& io, const std::function<bool()>& finished) {
  const auto deadline = steady_clock::now() + kPatience;
  io.restart();
  while (!finished()) {
    if (steady_clock::now() >= deadline) return false;
    io.run_one_until(deadline);
    if (io.stopped()) io.restart();
  }
  return true;
}

LabNode::LabNode(boost::asio::io_context& io, EngineDriver& driver, LaunchSpec launch)
    : io_(io), driver_(driver), launch_(std::move(launch)) {
  launch_.control_password = Secret("control-" + launch_.name);
  launch_.replication_password = Secret("replication-of-this-test");
  if (launch_.max_memory_bytes == 0) launch_.max_memory_bytes = 64 << 20;
  paths_ = {directory_.path() + "/data", directory_.path() + "/socket", directory_.path() + "/log"};
  mkdir(paths_.data_dir.c_str(), 0700);
}

Status LabNode::Spawn(const LiveSpec& live) {
  static const std::vector<EngineBinary> installed = FindEngineBinaries();
  ASSIGN_OR_RETURN(const EngineBinary binary, ChooseBinary(installed, launch_.family, launch_.version));
  ASSIGN_OR_RETURN(const Command command, driver_.Launch(launch_, live, binary, paths_));
  RETURN_IF_ERROR(process_.Start(command));
  live_ = driver_.StateAfterLaunch(launch_, live);
  control_ = driver_.Control(launch_, paths_);
  return absl::OkStatus();
}

Status LabNode::Start(const LiveSpec& live) {
  RETURN_IF_ERROR(Spawn(live));
  const auto deadline = steady_clock::now() + kPatience;
  Status status = Ping();
  while (!status.ok() && steady_clock::now() < deadline) {
    bool over = false;
    boost::asio::steady_timer pause(io_, milliseconds(2));
    pause.async_wait([&](const boost::system::error_code&) { over = true; });
    RunUntil(io_, [&] { return over; });
    status = Ping();
  }
  if (!status.ok())
    return absl::InternalError(
        fmt::format("{}; log: {}", std::string(status.message()), ReadWholeFile(paths_.log_file).value_or("")));
  driver_.AfterReady(launch_, paths_);
  return absl::OkStatus();
}

Status LabNode::Wait(const std::function<void(Done)>& call) {
  std::optional<Status> result;
  call([&](const Status& status) { result = status; });
  if (!RunUntil(io_, [&] { return result.has_value(); })) return absl::InternalError("never called back");
  return *result;
}

Status LabNode::Ping(milliseconds timeout) {
  return Wait([&](Done done) { control_->Ping(timeout, std::move(done)); });
}

StatusOr<EngineStatus> LabNode::Query() {
  std::optional<StatusOr<EngineStatus>> result;
  control_->Query(milliseconds(2000), [&](StatusOr<EngineStatus> status) { result = std::move(status); });
  if (!RunUntil(io_, [&] { return result.has_value(); })) return absl::InternalError("never called back");
  return *result;
}

Status LabNode::Apply(const LiveSpec& to) {
  const Status status = Wait([&](Done done) { control_->Apply(live_, to, milliseconds(2000), std::move(done)); });
  if (status.ok()) live_ = to;
  return status;
}

Status LabNode::SetParameters(const std::map<std::string, std::string>& parameters) {
  return Wait([&](Done done) { control_->SetParameters(parameters, milliseconds(2000), std::move(done)); });
}

Status LabNode::HandOver(const HostPort& to, milliseconds patience) {
  const Status status = Wait([&](Done done) { control_->HandOver(to, patience, std::move(done)); });
  if (status.ok()) live_ = {.role = NodeRole::kReplica, .follow = to, .endpoints = {}};
  return status;
}

std::string LabNode::Control(const RespCommand& command) {
  RespClient client(io_, Peer::Unix(paths_.socket), {std::string(kControlUser), launch_.control_password});
  std::optional<std::string> reply;
  client.Call({command}, milliseconds(2000), [&](const StatusOr<std::vector<RespValue>>& replies) {
    reply = replies.ok() ? replies->front().text : std::string(replies.status().message());
  });
  RunUntil(io_, [&] { return reply.has_value(); });
  return reply.value_or("no answer");
}

Status LabNode::Shutdown(bool save) {
  return Wait([&](Done done) { control_->Shutdown(save, milliseconds(5000), std::move(done)); });
}

bool LabNode::Becomes(const std::function<bool(const EngineStatus&)>& good) {
  const auto deadline = steady_clock::now() + kPatience;
  while (steady_clock::now() < deadline) {
    const StatusOr<EngineStatus> status = Query();
    if (status.ok() && good(*status)) return true;
  }
  return false;
}

UserClient::UserClient(boost::asio::io_context& io, const std::string& address, int port)
    : io_(io), client_(io, Peer::Tcp(address, port), {}) {}

std::string UserClient::Say(const RespCommand& command) {
  std::optional<std::string> answer;
  client_.Call({command}, milliseconds(2000), [&](const StatusOr<std::vector<RespValue>>& replies) {
    if (!replies.ok()) {
      answer = fmt::format("no connection: {}", std::string(replies.status().message()));
    } else if (replies->front().kind == RespValue::Kind::kInteger) {
      answer = std::to_string(replies->front().integer);
    } else {
      answer = replies->front().text;
    }
  });
  RunUntil(io_, [&] { return answer.has_value(); });
  return answer.value_or("never called back");
}

}  // namespace elastilab
