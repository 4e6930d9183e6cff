// A real memcached.
#include "dataplane/engine/memcached_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/integration/dataplane/lab_node.h"

namespace elastilab {
namespace {

using std::chrono::milliseconds;
using testing::StartsWith;

// The defaults of memcached1.6 (shared/reference/defaults.md, 6.3).
const std::map<std::string, std::string> kDefaults = {{"backlog_queue_limit", "1024"},
                                                      {"binding_protocol", "auto"},
                                                      {"cas_disabled", "0"},
                                                      {"chunk_size", "48"},
                                                      {"chunk_size_growth_factor", "1.25"},
                                                      {"config_max", "16"},
                                                      {"config_size_max", "65536"},
                                                      {"disable_flush_all", "0"},
                                                      {"error_on_memory_exhausted", "0"},
                                                      {"hash_algorithm", "jenkins"},
                                                      {"hashpower_init", "16"},
                                                      {"idle_timeout", "0"},
                                                      {"inline_ascii_resp", "0"},
                                                      {"large_memory_pages", "0"},
                                                      {"lock_down_paged_memory", "0"},
                                                      {"lru_crawler", "0"},
                                                      {"lru_maintainer", "0"},
                                                      {"max_item_size", "1048576"},
                                                      {"max_simultaneous_connections", "65000"},
                                                      {"maxconns_fast", "0"},
                                                      {"maximize_core_file_limit", "0"},
                                                      {"memcached_connections_overhead", "100"},
                                                      {"no_modern", "1"},
                                                      {"requests_per_event", "20"},
                                                      {"slab_automove", "0"},
                                                      {"slab_chunk_max", "524288"},
                                                      {"slab_reassign", "0"},
                                                      {"track_sizes", "0"},
                                                      {"watch", "1"},
                                                      {"watcher_logbuf_size", "256"},
                                                      {"worker_logbuf_size", "64"}};

class MemcachedDriverTest : public testing::Test {
 protected:
  static LaunchSpec Spec(std::map<std::string, std::string> parameters = kDefaults) {
    return {.name = "mem/0001",
            .family = EngineFamily::kMemcached,
            .version = "1.6",
            .address = "127.45.3.1",
            .port = 11211,
            .shared_address = {},
            .threads = 2,
            .max_memory_bytes = 100 << 20,
            .parameters = std::move(parameters),
            .withheld_commands = {},
            .control_password = {},
            .replication_password = {}};
  }

  boost::asio::io_context io_;
  std::unique_ptr<EngineDriver> driver_ = MakeMemcachedDriver(io_);
};

TEST_F(MemcachedDriverTest, StartsWithTheDefaultsAndSaysWhatItIs) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start({}), absl::OkStatus());
  const auto status = node.Query();
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_THAT(status->version, StartsWith("1.6"));
  EXPECT_THAT(status->run_id, StartsWith(std::to_string(node.process().pid()) + "-"));
  EXPECT_EQ(status->role, NodeRole::kNone);
  EXPECT_EQ(node.Query()->run_id, status->run_id);
  EXPECT_EQ(node.Apply({}), absl::OkStatus());
  EXPECT_EQ(node.Apply({.role = NodeRole::kNone, .follow = {}, .endpoints = {"127.45.3.9"}}).code(),
            absl::StatusCode::kUnimplemented);
}

TEST_F(MemcachedDriverTest, OddParametersStartTooAndChangesNeedARestart) {
  std::map<std::string, std::string> odd = kDefaults;
  odd["max_item_size"] = "134217728";  // more than half of the memory
  odd["no_modern"] = "0";
  odd["lru_maintainer"] = "1";
  LabNode node(io_, *driver_, Spec(odd));
  ASSERT_EQ(node.Start({}), absl::OkStatus());
  EXPECT_EQ(node.SetParameters(odd), absl::OkStatus());
  odd["memcached_connections_overhead"] = "50";  // not the engine's
  EXPECT_EQ(node.SetParameters(odd), absl::OkStatus());
  odd["idle_timeout"] = "60";
  EXPECT_EQ(node.SetParameters(odd).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(MemcachedDriverTest, ShutdownEndsItInOrder) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start({}), absl::OkStatus());
  ASSERT_EQ(node.Shutdown(true), absl::OkStatus());
  EXPECT_EQ(node.process().WaitExit(milliseconds(5000)), "exit code 0");
}

TEST_F(MemcachedDriverTest, StoppedProcessIsADeadline) {
  LabNode node(io_, *driver_, Spec());
  ASSERT_EQ(node.Start({}), absl::OkStatus());
  node.process().Stop();
  EXPECT_EQ(node.Ping(milliseconds(50)).code(), absl::StatusCode::kDeadlineExceeded);
  node.process().Signal(SIGCONT);
  EXPECT_EQ(node.Ping(), absl::OkStatus());
}

}  // namespace
}  // namespace elastilab
