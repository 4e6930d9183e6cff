// A database in a directory of its own, and small helpers to tell stories with.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "common/fault_point.h"
#include "controlplane/region/store/store.h"

namespace elastilab {

inline CacheCluster Cluster(const std::string& id, const std::string& node_type = "cache.t4g.micro") {
  CacheCluster cluster;
  cluster.id = id;
  cluster.node_type = node_type;
  return cluster;
}

inline LabSettings Region(const std::string& region) {
  LabSettings settings;
  settings.region = region;
  return settings;
}

inline SubnetGroup Subnets(const std::string& name) {
  SubnetGroup group;
  group.name = name;
  return group;
}

inline Event EventOf(const std::string& id, const std::string& message, ServiceTime at = {}) {
  Event event;
  event.source_id = id;
  event.message = message;
  event.at = at;
  return event;
}

inline Mutation PutCluster(const std::string& id) {
  return [id](Draft& draft) -> Status {
    draft.Put(Cluster(id));
    return absl::OkStatus();
  };
}

inline bool Has(const Store& store, const std::string& id) {
  return store.Read([&](const State& state) { return state.Find<CacheCluster>(id) != nullptr; });
}

inline std::string Message(const Status& status) { return std::string(status.message()); }

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "elastilab-store-XXXXXX").string();
    dir_ = mkdtemp(name.data());
    path_ = (dir_ / "elastilab.db").string();
  }
  ~StoreTest() override {
    DisarmFaultPoints();
    std::filesystem::remove_all(dir_);
  }

  std::unique_ptr<Store> Open(StoreOptions options = {}) {
    auto store = OpenStore(path_, options);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? std::move(store).value() : nullptr;
  }

  // Runs SQL on the file, as a sqlite3 shell would; the first column of the first row.
  std::string Sql(const std::string& sql) {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    std::string answer;
    const auto first = [](void* out, int, char** columns, char**) {
      *static_cast<std::string*>(out) = columns[0] ? columns[0] : "";
      return 1;
    };
    const int result = sqlite3_exec(db, sql.c_str(), first, &answer, nullptr);
    EXPECT_TRUE(result == SQLITE_OK || result == SQLITE_ABORT) << sqlite3_errmsg(db);
    sqlite3_close(db);
    return answer;
  }

  // Runs `story` in a process of its own that leaves as abruptly as a crash; its exit code. No store may be open here.
  template <typename F>
  static int InChild(F&& story) {
    const pid_t child = fork();
    if (child == 0) {
      story();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  std::filesystem::path dir_;
  std::string path_;
};

}  // namespace elastilab
