// The control plane's wish for one node, in our own words: an Assignment without protobuf (session/wire.h translates).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/engine/node_spec.h"

namespace elastilab {

struct DiscoveryNode {
  std::string host;
  std::string address;
  int port = 0;
  bool operator==(const DiscoveryNode&) const = default;
};

// What the process behind a memcached configuration endpoint answers, and where.
struct DiscoveryWish {
  HostPort listen;
  int64_t version = 0;
  std::vector<DiscoveryNode> nodes;
  bool operator==(const DiscoveryWish&) const = default;
};

// What an engine is to do, once: hand the role of primary over.
struct TaskWish {
  int64_t id = 0;
  HostPort hand_over_to;
  std::chrono::milliseconds patience{0};
  bool operator==(const TaskWish&) const = default;
};

struct NodeWish {
  LaunchSpec launch;  // uid and incarnation included
  LiveSpec live;
  int64_t revision = 0;
  bool fenced = false;
  bool held = false;        // starts nothing and ends nothing
  bool keep_files = false;  // this incarnation begins on the files of the one before
  bool hands_off = false;   // role, primary and addresses stay as they are, whatever `live` says
  std::optional<TaskWish> task;
  bool restart_in_place = false;
  std::optional<DiscoveryWish> discovery;
  bool operator==(const NodeWish&) const = default;

  int64_t uid() const { return launch.uid; }
  int64_t incarnation() const { return launch.incarnation; }
};

// Of everything that only a new process can change; two specs with the same digest can share a process. Parameters are
// not in it: engines change many of them while they run. One-way, so that it may be written where secrets may not.
std::string LaunchDigest(const LaunchSpec& launch);
std::string ParametersDigest(const LaunchSpec& launch);

}  // namespace elastilab
