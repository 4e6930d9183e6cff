// What users asked for, checked and complete: defaults are filled in, ids are in lower case, versions are full. The
// validate_*.h functions make these from requests; the handlers make records from these.
#pragma once

#include <string>
#include <vector>

#include "controlplane/model/records.h"

namespace elastilab {

// What every cluster has, alone or as a member of a group.
struct CacheSettings {
  Engine engine = Engine::kRedis;
  std::string engine_version;  // full: "7.1.0"
  std::string node_type;
  std::string parameter_group;
  std::string subnet_group;
  std::vector<std::string> security_group_ids;
  std::string maintenance_window;
  SnapshotPolicy snapshots;    // empty for memcached
  int port = 0;
  bool auto_minor_version_upgrade = true;
  Notification notification;
  std::vector<Tag> tags;
  bool operator==(const CacheSettings&) const = default;
};

// A cluster that stands alone.
struct ClusterSpec {
  std::string id;
  CacheSettings settings;
  int nodes = 1;
  bool cross_az = false;
  std::vector<std::string> zones;  // one per node, or none: the service chooses
};

// A read replica to add to a group.
struct ReplicaSpec {
  std::string id;
  std::string group_id;
  std::string zone;  // empty: the service chooses
  std::vector<Tag> tags;
};

// A replication group, cluster mode disabled.
struct GroupSpec {
  std::string id;
  std::string description;
  CacheSettings settings;
  int members = 1;
  bool automatic_failover = false;
  bool multi_az = false;
  bool at_rest_encryption = false;
  std::vector<std::string> zones;  // one per member, the primary first, or none: the service chooses
};

}  // namespace elastilab
