// What the agent of a node should make true, derived from the records alone. The executor turns it into the agent
// protocol's Assignment; the planner raises a node's revision whenever its wish changes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controlplane/region/planner/world.h"

namespace elastilab {

struct WishedDiscovery {
  Endpoint listen;
  int64_t version = 0;
  std::vector<NodeUid> nodes;
  bool operator==(const WishedDiscovery&) const = default;
};

// A planned change of primary, which the primary's agent carries out by the engine's own means (planner/handover.h).
struct WishedHandover {
  int64_t task_id = 0;
  Endpoint to;                    // the replica's own address
  bool operator==(const WishedHandover&) const = default;
};

struct Wish {
  int64_t incarnation = 0;
  bool fenced = false;
  bool held = false;              // not to be started: its files are to be looked at first
  bool keep_files = false;        // begins on the files of the incarnation before
  bool hands_off = false;         // a handover is under way: role, primary and addresses stay as they are
  std::optional<WishedHandover> handover;  // of the old primary
  bool restart_in_place = false;  // the agent need not ask before it starts a dead process again
  Role role = Role::kNone;
  Endpoint follow;                // empty: none yet
  std::vector<std::string> endpoints;
  std::string shared_address;     // the reader endpoint's
  std::string engine_version;
  std::string node_type;
  std::string parameter_group;
  std::vector<ParameterSetting> startup_settings;
  std::optional<WishedDiscovery> discovery;
  bool operator==(const Wish&) const = default;
};

// Names the handover that a node group is in the middle of.
int64_t HandoverTask(const NodeGroup& shard);

Wish WishFor(const Records& records, const CacheNode& node);

// Raises the revision of every node whose wish is not the one it was in `before`.
void RaiseRevisions(const Records& before, Records& after);

}  // namespace elastilab
