// The stored facts of the region: what users wished for and what has become of it. Plain values; the store keeps them
// (store/store.h), the planner reads and rewrites them (planner/), the handlers show them (services/).
//
// Who writes what (one writer per kind of fact):
//   wish      handlers    cluster and group attributes, which nodes should exist
//   status    reconciler  statuses, roles, generations, who follows whom, failovers
//   reality   agents      not here: reports live in memory only (fleet/observations.h) and come again after a restart
//
// A replication group has node groups; a node group has members; each member is a cache cluster with one cache node
// "0001". A memcached cluster has 1–40 cache nodes and no group. See shared/reference/behaviours.md section 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "controlplane/region/model/status.h"
#include "controlplane/region/model/tags.h"

namespace elastilab {

// Names one cache node for ever; never used again after it is deleted.
using NodeUid = int64_t;
// Tells a cluster or group from an earlier one of the same name.
using Generation = int64_t;

struct Endpoint {
  std::string address;  // loopback address on which it is served; empty: none
  int port = 0;
  bool operator==(const Endpoint&) const = default;
  bool empty() const { return address.empty(); }
};

struct SnapshotPolicy {
  int retention_days = 0;
  std::string window;  // "05:00-06:00"
  bool operator==(const SnapshotPolicy&) const = default;
};

struct Notification {
  std::string topic_arn;
  std::string status;  // "active", "inactive"
  bool operator==(const Notification&) const = default;
};

struct ParameterSetting {
  std::string name;   // "maxmemory-policy"
  std::string value;
  bool operator==(const ParameterSetting&) const = default;
};

// A parameter group of users' own: what it changes of its family's defaults. Default groups are not stored; the catalog
// makes them up (catalog/parameter_groups.h).
struct ParameterGroup {
  std::string name;
  std::string family;       // "redis7"
  std::string description;
  std::vector<ParameterSetting> settings;  // in name order; may say what is the default anyway
  bool operator==(const ParameterGroup&) const = default;
};

// What waits for the maintenance window; an absent member waits for nothing.
struct PendingClusterChanges {
  std::optional<int> num_nodes;
  std::vector<std::string> node_ids_to_remove;
  std::optional<std::string> engine_version;
  std::optional<std::string> node_type;
  std::optional<std::string> parameter_group;  // with a version of another family
  bool operator==(const PendingClusterChanges&) const = default;
  bool empty() const { return *this == PendingClusterChanges{}; }
};

struct PendingGroupChanges {
  std::optional<std::string> primary_cluster_id;
  std::optional<bool> automatic_failover;
  std::optional<std::string> engine_version;
  std::optional<std::string> node_type;
  std::optional<std::string> parameter_group;  // with a version of another family
  bool operator==(const PendingGroupChanges&) const = default;
  bool empty() const { return *this == PendingGroupChanges{}; }
};

struct CacheCluster {
  std::string id;
  Generation generation = 0;
  std::string group_id;        // empty: stands alone
  std::string node_group_id;   // "0001" for members of a group
  Engine engine = Engine::kRedis;
  std::string engine_version;  // full: "7.1.0"
  std::string node_type;       // "cache.t4g.micro"
  ClusterStatus status = ClusterStatus::kCreating;
  std::vector<NodeUid> nodes;  // in order of node id
  int port = 0;
  bool cross_az = false;       // memcached AZMode
  std::string preferred_zone;  // "us-east-1a", or "Multiple"
  std::string parameter_group;
  std::string subnet_group;
  std::vector<std::string> security_group_ids;
  std::string maintenance_window;
  SnapshotPolicy snapshots;
  bool auto_minor_version_upgrade = true;
  Notification notification;
  std::string network_type = "ipv4";
  std::string ip_discovery = "ipv4";
  ServiceTime created_at;
  PendingClusterChanges pending;
  ServiceTime pending_since;        // when the oldest of them was queued; the first window after that is theirs
  Endpoint configuration_endpoint;  // memcached
  int64_t discovery_version = 0;    // memcached: grows with each change of membership
  // The nodes as the configuration endpoint lists them: ready ones, and replaced ones throughout.
  std::vector<NodeUid> discovered;
  // Number of nodes before the change under way, for the event that ends it; 0: none under way.
  int resize_from = 0;
  bool operator==(const CacheCluster&) const = default;
};

struct ReplicationGroup {
  std::string id;
  Generation generation = 0;
  std::string description;
  GroupStatus status = GroupStatus::kCreating;
  Engine engine = Engine::kRedis;
  std::string engine_version;
  std::string node_type;
  bool cluster_enabled = false;
  AutomaticFailover automatic_failover = AutomaticFailover::kDisabled;
  bool multi_az = false;
  std::vector<std::string> node_groups;      // ids: "0001"
  std::vector<std::string> member_clusters;  // ids, in order
  int port = 0;
  std::string parameter_group;
  std::string subnet_group;
  std::vector<std::string> security_group_ids;
  std::string maintenance_window;
  std::string snapshotting_cluster_id;
  SnapshotPolicy snapshots;
  bool auto_minor_version_upgrade = true;
  bool at_rest_encryption = false;
  Notification notification;
  std::string network_type = "ipv4";
  std::string ip_discovery = "ipv4";
  ServiceTime created_at;
  PendingGroupChanges pending;
  ServiceTime pending_since;  // as for clusters
  Endpoint configuration_endpoint;  // cluster mode enabled only
  bool operator==(const ReplicationGroup&) const = default;
};

// A change of primary under way; absent in a node group at rest. planner/failover.h tells the story. The times mean
// something in the life of one boot only: the planner takes those that can't be true for "just now".
struct FailoverProgress {
  FailoverStep step = FailoverStep::kNone;
  FailoverCause cause = FailoverCause::kNone;
  int64_t record_id = 0;       // the FailoverRecord being written
  NodeUid old_primary = 0;
  NodeUid candidate = 0;       // of a handover from its beginning, else from kPromoting on
  int64_t probe_id = 0;        // kMeasuring: reports with this id are fresh
  int64_t started_micros = 0;  // CLOCK_MONOTONIC when the cause was seen
  int64_t step_micros = 0;     // … when the present step began
  bool operator==(const FailoverProgress&) const = default;
};

struct NodeGroup {
  std::string group_id;
  std::string id;  // "0001"
  NodeGroupStatus status = NodeGroupStatus::kCreating;
  NodeUid primary = 0;           // the one that holds the primary endpoint
  std::vector<NodeUid> nodes;    // in order of cluster id
  std::string slots;             // cluster mode enabled: "0-8191"
  Endpoint primary_endpoint;
  Endpoint reader_endpoint;
  FailoverProgress failover;
  bool operator==(const NodeGroup&) const = default;
  std::string key() const { return group_id + "/" + id; }
};

// Names a process beyond doubt.
struct ProcessName {
  int64_t pid = 0;             // 0: none was seen yet
  int64_t start_ticks = 0;     // /proc/<pid>/stat field 22
  std::string boot_id;         // of its host
  bool operator==(const ProcessName&) const = default;
};

struct CacheNode {
  NodeUid uid = 0;
  std::string cluster_id;
  std::string id;             // "0001"
  std::string group_id;       // empty: stands alone
  std::string node_group_id;
  std::string zone;           // "us-east-1a"
  std::string address;
  int port = 0;
  NodeStatus status = NodeStatus::kCreating;
  Role role = Role::kNone;    // as decided; the engine follows
  NodeUid follows = 0;        // a replica's primary once it may connect; 0: wait
  // Incarnation of the process: a replacement is a new one on empty files, under the same id and address.
  int64_t incarnation = 1;
  // Grows with each change of what the agent should do; reports echo it.
  int64_t revision = 1;
  bool fenced = false;        // this incarnation must be dead and stay so
  bool ever_ready = false;    // this incarnation has answered
  bool stopped = false;       // `elastilab down` was called: it waits for its node group to be resumed (planner/resume.h)
  bool holds_data = false;    // this incarnation has served as primary, or held all that its primary held
  bool keep_files = false;    // this incarnation began on the files of the one before
  bool told_silent = false;   // users were told that it does not answer
  ProcessName process;        // of this incarnation, as last seen: who to look for when its agent is away
  int64_t restarts = 0;       // in-place restarts of this incarnation that users were told of
  std::string problem;        // why it can't be started, as told to users; empty: nothing is wrong
  // What its parameter group said, beyond the defaults, of those parameters that only a new process takes, when the
  // present process was asked for. Of the others the group's present values hold. In name order.
  std::vector<ParameterSetting> startup_settings;
  ParameterStatus parameters = ParameterStatus::kInSync;
  ServiceTime created_at;
  bool operator==(const CacheNode&) const = default;
};

struct Event {
  int64_t seq = 0;            // given by the store
  SourceType source_type = SourceType::kCacheCluster;
  std::string source_id;
  std::string message;
  ServiceTime at;
  bool operator==(const Event&) const = default;
};

// The story of one change of primary, for the admin API: what happened, on what evidence, how fast, at what loss.
// Times are microseconds since the cause was seen; -1: not reached.
struct FailoverRecord {
  int64_t id = 0;
  std::string group_id;
  std::string node_group_id;
  FailoverCause cause = FailoverCause::kNone;
  std::string evidence;        // "process exited: killed by SIGKILL"
  std::string old_primary;     // cluster ids
  std::string new_primary;
  ServiceTime started_at;
  int64_t fenced_micros = -1;
  int64_t chosen_micros = -1;
  int64_t promoted_micros = -1;  // the endpoint answers writes again
  int64_t replaced_micros = -1;
  int64_t old_offset = -1;     // last one seen of the old primary, bytes
  int64_t old_offset_age_micros = -1;  // how old that reading was when the primary was lost; -1: not known
  int64_t new_offset = -1;
  // Bytes of the replication stream that the old primary is known to have acknowledged and the new one never got.
  // Writes of the last `old_offset_age_micros` may be lost beyond that.
  int64_t lost_bytes = -1;
  bool lost_everything = false;  // nobody was left who held data: the node group began again empty
  int64_t old_keys = -1;         // keys when they were last counted, of the old primary and the new one; -1: not known
  int64_t new_keys = -1;
  std::string outcome;         // "promoted", "no replica left", "" while under way
  bool operator==(const FailoverRecord&) const = default;
};

struct Subnet {
  std::string id;    // "subnet-0a000001"
  std::string zone;
  bool operator==(const Subnet&) const = default;
};

struct SubnetGroup {
  std::string name;
  std::string description;
  std::string vpc_id;
  std::vector<Subnet> subnets;
  bool operator==(const SubnetGroup&) const = default;
};

// A user of caches; not one of IAM's. The built-in `default` exists without a record (services/elasticache/users.h).
struct CacheUser {
  std::string id;              // lower case; what the API knows it by
  std::string name;            // what the engine knows it by
  UserStatus status = UserStatus::kActive;
  Engine engine = Engine::kRedis;
  std::string access_string;   // normalised (services/elasticache/access_string.h): "on ~app:* -@all +@read"
  Authentication authentication = Authentication::kPassword;
  // SHA-256 in hexadecimal, which is what the engines' ACL takes after a "#". The passwords themselves are kept nowhere.
  std::vector<std::string> password_hashes;
  bool operator==(const CacheUser&) const = default;
};

struct CacheUserGroup {
  std::string id;
  UserStatus status = UserStatus::kActive;
  Engine engine = Engine::kRedis;
  std::vector<std::string> user_ids;  // in the order they came
  bool operator==(const CacheUserGroup&) const = default;
};

// An EC2 security group whose machines a cache security group lets in.
struct Ec2SecurityGroup {
  std::string name;
  std::string owner_id;        // account
  bool operator==(const Ec2SecurityGroup&) const = default;
};

// From the days before VPCs. No cache can have one; they are kept for the API's sake.
struct CacheSecurityGroup {
  std::string name;
  std::string description;
  std::vector<Ec2SecurityGroup> ingress;
  bool operator==(const CacheSecurityGroup&) const = default;
};

// Nodes paid for a term, at the terms that the offering had then. Its state follows from the time (services/elasticache/reserved_nodes.h).
struct ReservedNode {
  std::string id;
  std::string offering_id;
  std::string node_type;
  std::string product;         // "redis"
  std::string offering_type;   // "No Upfront"
  int64_t seconds = 0;         // of the term
  double fixed_price = 0;      // dollars, per node
  double hourly_price = 0;     // dollars, per node
  int count = 0;
  ServiceTime bought_at;
  bool operator==(const ReservedNode&) const = default;
};

struct Zone {
  std::string name;            // "us-east-1a"
  ZoneStatus status = ZoneStatus::kUp;
  bool operator==(const Zone&) const = default;
};

// One row: facts about the lab itself.
struct LabSettings {
  std::string region = "us-east-1";
  std::string account = "000000000000";
  std::string dns_token;       // the six characters in every endpoint name
  int64_t clock_offset_ms = 0; // how far users have moved service time
  bool suspended = false;      // `elastilab down` was called; engines were stopped in good order
  bool operator==(const LabSettings&) const = default;
};

}  // namespace elastilab
