#include "dataplane/engine/redis_driver.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "dataplane/config/redis_config.h"
#include "dataplane/config/redis_parameters.h"
#include "dataplane/engine/redis_control.h"
#include "dataplane/engine/redis_files.h"

namespace elastilab {
namespace {

std::string ResumeMark(const NodePaths& paths) { return fmt::format("{}/{}", paths.data_dir, kResumeMark); }

void RemoveOldDump(const NodePaths& paths) {
  if (!HoldsOrderedDump(paths)) unlink((paths.data_dir + "/dump.rdb").c_str());
}

class RedisDriver final : public EngineDriver {
 public:
  RedisDriver(boost::asio::io_context& io, std::string shim) : io_(io), shim_(std::move(shim)) {}

  StatusOr<Command> Launch(const LaunchSpec& launch, const LiveSpec& live, const EngineBinary& binary,
                           const NodePaths& paths) override {
    if (const auto it = launch.parameters.find("cluster-enabled");
        it != launch.parameters.end() && it->second == "yes") {
      return absl::UnimplementedError(
          fmt::format("{}: cluster-enabled yes: this driver runs no cluster mode", launch.name));
    }
    ASSIGN_OR_RETURN(std::string config, RenderRedisConfig(launch, live, binary, paths));
    if (!KeepsAppendOnlyFile(launch)) RemoveOldDump(paths);
    Command command{.program = binary.path,
                    .args = {"-"},
                    .environment = {},
                    .stdin_text = std::move(config),
                    .working_dir = paths.data_dir,
                    .log_file = paths.log_file};
    if (!launch.shared_address.empty()) RETURN_IF_ERROR(AddShim(launch, command));
    return command;
  }

  LiveSpec StateAfterLaunch(const LaunchSpec&, const LiveSpec& live) const override {
    return {.role = live.role, .follow = live.follow, .endpoints = EndpointsAtLaunch(live)};
  }

  std::unique_ptr<EngineControl> Control(const LaunchSpec& launch, const NodePaths& paths) override {
    return MakeRedisControl(io_, launch, paths);
  }

  SavedData Saved(const LaunchSpec& launch, const NodePaths& paths) const override { return ReadSavedData(launch, paths); }

  void AfterReady(const LaunchSpec& launch, const NodePaths& paths) override {
    if (KeepsAppendOnlyFile(launch)) return;
    unlink(ResumeMark(paths).c_str());
    RemoveOldDump(paths);
  }

 private:
  Status AddShim(const LaunchSpec& launch, Command& command) const {
    if (access(shim_.c_str(), R_OK) != 0) {
      return absl::FailedPreconditionError(fmt::format(
          "{} is missing: without it {} cannot share {} with other nodes (ELASTILAB_SHIM names another place)", shim_,
          launch.name, launch.shared_address));
    }
    command.environment["LD_PRELOAD"] = shim_;
    command.environment["ELASTILAB_SHARED_ADDRESSES"] = launch.shared_address;
    return absl::OkStatus();
  }

  boost::asio::io_context& io_;
  const std::string shim_;
};

}  // namespace

std::unique_ptr<EngineDriver> MakeRedisDriver(boost::asio::io_context& io, std::string shim) {
  return std::make_unique<RedisDriver>(io, std::move(shim));
}

}  // namespace elastilab
