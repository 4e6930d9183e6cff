// The parameters of redis and valkey. From shared/reference/defaults.md sections 6.1 and 6.2: redis 5.0 is the base,
// newer families add to it, older ones take away from it.
#include "controlplane/region/catalog/parameter_rows.h"

namespace elastilab {
namespace {

constexpr auto kNow = Change::kNow;
constexpr auto kNever = Change::kNever;
constexpr auto kNeverReboot = Change::kNeverReboot;
constexpr auto kWhileUnused = Change::kWhileUnused;

constexpr const char* kPolicies = "volatile-lru,allkeys-lru,volatile-random,allkeys-random,volatile-ttl,noeviction";

// clang-format off
constexpr ParameterRow kRedis50[] = {
    {"activedefrag", "no", "string", "yes,no", kNow, "", "Frees fragmented memory while the engine serves."},
    {"active-defrag-cycle-max", "75", "integer", "1-75", kNow, "", "Most processor time, in percent, that defragmentation may take."},
    {"active-defrag-cycle-min", "5", "integer", "1-75", kNow, "", "Least processor time, in percent, that defragmentation takes."},
    {"active-defrag-ignore-bytes", "104857600", "integer", "1048576-", kNow, "", "Fragmented bytes below which defragmentation does not start."},
    {"active-defrag-max-scan-fields", "1000", "integer", "1-1000000", kNow, "", "Largest collection that the main scan of defragmentation handles in one go."},
    {"active-defrag-threshold-lower", "10", "integer", "1-100", kNow, "", "Percentage of fragmentation at which defragmentation starts."},
    {"active-defrag-threshold-upper", "100", "integer", "1-100", kNow, "", "Percentage of fragmentation at which it works its hardest."},
    {"activerehashing", "yes", "string", "yes,no", kWhileUnused, "", "Spends a millisecond in a hundred on rehashing the main table."},
    {"appendfsync", "everysec", "string", "always,everysec,no", kNever, "", "How often the append-only file is flushed to disk."},
    {"appendonly", "no", "string", "yes,no", kNever, "", "Writes every change to an append-only file."},
    {"client-output-buffer-limit-normal-hard-limit", "0", "integer", "0-", kNow, "", "Unread bytes at which an ordinary client is disconnected at once; 0 for no limit."},
    {"client-output-buffer-limit-normal-soft-limit", "0", "integer", "0-", kNow, "", "Unread bytes at which an ordinary client is disconnected if that lasts; 0 for no limit."},
    {"client-output-buffer-limit-normal-soft-seconds", "0", "integer", "0-", kNow, "", "Seconds that an ordinary client may stay above the soft limit."},
    {"client-output-buffer-limit-pubsub-hard-limit", "33554432", "integer", "0-", kNow, "", "Unread bytes at which a subscriber is disconnected at once."},
    {"client-output-buffer-limit-pubsub-soft-limit", "8388608", "integer", "0-", kNow, "", "Unread bytes at which a subscriber is disconnected if that lasts."},
    {"client-output-buffer-limit-pubsub-soft-seconds", "60", "integer", "0-", kNow, "", "Seconds that a subscriber may stay above the soft limit."},
    {"client-output-buffer-limit-replica-soft-seconds", "60", "integer", "0-", kNever, "", "Seconds that a replica may stay above the soft limit."},
    {"client-query-buffer-limit", "1073741824", "integer", "1048576-1073741824", kNow, "", "Largest request of one client, in bytes."},
    {"close-on-replica-write", "yes", "string", "yes,no", kNow, "", "Disconnects a client that tries to write to a replica."},
    {"cluster-enabled", "no", "string", "yes,no", kWhileUnused, "", "Runs with cluster mode."},
    {"cluster-require-full-coverage", "no", "string", "yes,no", kNow, "", "Stops serving when some slots have no node."},
    {"databases", "16", "integer", "1-1200000", kWhileUnused, "", "Number of logical databases."},
    {"hash-max-ziplist-entries", "512", "integer", "0-", kNow, "", "Most fields of a hash that is kept in the compact form."},
    {"hash-max-ziplist-value", "64", "integer", "0-", kNow, "", "Longest value in a hash that is kept in the compact form, in bytes."},
    {"hll-sparse-max-bytes", "3000", "integer", "1-16000", kNow, "", "Largest HyperLogLog in the sparse form, in bytes."},
    {"lazyfree-lazy-eviction", "no", "string", "yes,no", kNow, "", "Frees evicted values in the background."},
    {"lazyfree-lazy-expire", "no", "string", "yes,no", kNow, "", "Frees expired values in the background."},
    {"lazyfree-lazy-server-del", "no", "string", "yes,no", kNow, "", "Frees overwritten values in the background."},
    {"lfu-decay-time", "1", "integer", "0-", kNow, "", "Minutes after which the counter of use of a key is lowered."},
    {"lfu-log-factor", "10", "integer", "1-", kNow, "", "How slowly the counter of use of a key grows."},
    {"list-compress-depth", "0", "integer", "0-", kNow, "", "Nodes at each end of a list that stay uncompressed; 0 for no compression."},
    {"list-max-ziplist-size", "-2", "integer", "-5,-4,-3,-2,-1,1-", kNever, "", "Size of the nodes of a list: entries, or one of five size classes if negative."},
    {"lua-replicate-commands", "yes", "string", "yes,no", kNow, "", "Replicates what scripts do, not the scripts."},
    {"lua-time-limit", "5000", "integer", "5000", kNever, "", "Milliseconds after which a script counts as slow and may be killed."},
    {"maxclients", "65000", "integer", "1-65000", kNeverReboot, "", "How many clients may be connected at once."},
    {"maxmemory-policy", "volatile-lru", "string", "volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,volatile-ttl,noeviction", kNow, "", "Which keys make room when memory is full."},
    {"maxmemory-samples", "3", "integer", "1-", kNow, "", "Keys that are looked at to find one to evict."},
    {"min-replicas-max-lag", "10", "integer", "0-", kNow, "", "Seconds of silence after which a replica no longer counts."},
    {"min-replicas-to-write", "0", "integer", "0-", kNow, "", "Replicas that must follow for writes to be accepted; 0 for none."},
    {"notify-keyspace-events", "", "string", "", kNow, "", "Which changes of keys are published."},
    {"proto-max-bulk-len", "536870912", "integer", "1048576-536870912", kNow, "", "Largest single value in a request, in bytes."},
    {"rename-commands", "", "string", "", kNow, "5.0.3", "Pairs of command names, old and new."},
    {"repl-backlog-size", "1048576", "integer", "16384-", kNow, "", "Bytes of changes kept for replicas that reconnect."},
    {"repl-backlog-ttl", "3600", "integer", "0-", kNow, "", "Seconds without a replica after which the backlog is freed; 0 for never."},
    {"replica-allow-chaining", "no", "string", "yes,no", kNever, "", "Allows replicas of replicas."},
    {"replica-ignore-maxmemory", "yes", "string", "yes,no", kNever, "", "Leaves eviction to the primary."},
    {"replica-lazy-flush", "no", "string", "yes,no", kNever, "", "Empties a replica in the background before a full copy."},
    {"reserved-memory-percent", "25", "integer", "0-100", kNow, "", "Percentage of memory that is kept from data, for backups and failovers."},
    {"set-max-intset-entries", "512", "integer", "0-", kNow, "", "Most members of a set of integers that is kept in the compact form."},
    {"slowlog-log-slower-than", "10000", "integer", "-", kNow, "", "Microseconds from which a command enters the slow log; negative for never."},
    {"slowlog-max-len", "128", "integer", "0-", kNow, "", "Entries the slow log keeps."},
    {"stream-node-max-bytes", "4096", "integer", "0-", kNow, "", "Largest node of a stream, in bytes; 0 for no limit."},
    {"stream-node-max-entries", "100", "integer", "0-", kNow, "", "Most entries in one node of a stream; 0 for no limit."},
    {"tcp-keepalive", "300", "integer", "0-", kNow, "", "Seconds between probes of idle connections; 0 for none."},
    {"timeout", "0", "integer", "0,20-", kNow, "", "Seconds after which an idle client is disconnected; 0 for never."},
    {"zset-max-ziplist-entries", "128", "integer", "0-", kNow, "", "Most members of a sorted set that is kept in the compact form."},
    {"zset-max-ziplist-value", "64", "integer", "0-", kNow, "", "Longest member of a sorted set that is kept in the compact form, in bytes."},
};

constexpr ParameterRow kOnlyRedis28[] = {
    {"appendfsync", "everysec", "string", "always,everysec,no", kNow, "", "How often the append-only file is flushed to disk."},
    {"appendonly", "no", "string", "yes,no", kNow, "", "Writes every change to an append-only file."},
    {"close-on-slave-write", "yes", "string", "yes,no", kNow, "2.8.23", "Disconnects a client that tries to write to a replica."},
    {"list-max-ziplist-entries", "512", "integer", "0-", kNow, "", "Most entries of a list that is kept in the compact form."},
    {"list-max-ziplist-value", "64", "integer", "0-", kNow, "", "Longest entry in a list that is kept in the compact form, in bytes."},
    {"repl-timeout", "60", "integer", "11-", kNow, "", "Seconds of silence after which a replication link counts as broken."},
    {"reserved-memory", "0", "integer", "0-", kNow, "", "Bytes of memory that are kept from data, for backups and failovers."},
};

constexpr ParameterRow kOnlyRedis32[] = {
    {"repl-timeout", "60", "integer", "11-", kNever, "", "Seconds of silence after which a replication link counts as broken."},
};

constexpr ParameterRow kSinceRedis6[] = {
    {"acl-pubsub-default", "allchannels", "string", "resetchannels,allchannels", kNow, "6.2.6", "Channels that users may use if their rules name none; for users made later."},
    {"acllog-max-len", "128", "integer", "1-10000", kNow, "", "Entries that the log of refused commands keeps."},
    {"active-expire-effort", "1", "integer", "1-10", kNow, "", "How hard the engine looks for expired keys."},
    {"cluster-allow-reads-when-down", "no", "string", "yes,no", kNow, "", "Lets a node answer reads while its cluster is down."},
    {"lazyfree-lazy-user-del", "no", "string", "yes,no", kNow, "", "Makes DEL free values in the background, as UNLINK does."},
    {"tracking-table-max-keys", "1000000", "integer", "1-100000000", kNow, "", "Keys remembered for caching by clients."},
};

constexpr ParameterRow kSinceRedis7[] = {
    {"cluster-allow-pubsubshard-when-down", "yes", "string", "yes,no", kNow, "", "Lets a node serve sharded publish/subscribe while its cluster is down."},
    {"cluster-preferred-endpoint-type", "ip", "string", "ip,tls-dynamic", kNow, "", "Whether redirections name addresses or hosts."},
    {"hash-max-listpack-entries", "512", "integer", "0-", kNow, "", "Most fields of a hash that is kept in the compact form."},
    {"hash-max-listpack-value", "64", "integer", "0-", kNow, "", "Longest value in a hash that is kept in the compact form, in bytes."},
    {"latency-tracking", "no", "string", "yes,no", kNow, "", "Keeps percentiles of the latency of each command."},
    {"list-max-listpack-size", "-2", "integer", "-5,-4,-3,-2,-1,1-", kNever, "", "Size of the nodes of a list: entries, or one of five size classes if negative."},
    {"zset-max-listpack-entries", "128", "integer", "0-", kNow, "", "Most members of a sorted set that is kept in the compact form."},
    {"zset-max-listpack-value", "64", "integer", "0-", kNow, "", "Longest member of a sorted set that is kept in the compact form, in bytes."},
};

constexpr ParameterRow kSinceValkey8[] = {
    {"commandlog-large-reply-max-len", "128", "integer", "0-1024", kNow, "8.1.0", "Entries that the log of large replies keeps."},
    {"commandlog-large-request-max-len", "128", "integer", "0-1024", kNow, "8.1.0", "Entries that the log of large requests keeps."},
    {"commandlog-reply-larger-than", "1048576", "integer", "-", kNow, "8.1.0", "Bytes from which a reply enters the log of large replies; negative for never."},
    {"commandlog-request-larger-than", "1048576", "integer", "-", kNow, "8.1.0", "Bytes from which a request enters the log of large requests; negative for never."},
    {"search-default-timeout-ms", "50000", "integer", "1-60000", kNow, "8.2.0", "Milliseconds that a search may take if it names no limit itself."},
    {"search-fanout-target-mode", "client", "string", "client,throughput", kNow, "8.2.0", "Which nodes of each shard a search asks."},
};
// clang-format on

// Before 5.0 replicas were called otherwise.
FamilyBuilder& UseOldWords(FamilyBuilder& family) {
  return family
      .Rename("client-output-buffer-limit-replica-soft-seconds", "client-output-buffer-limit-slave-soft-seconds")
      .Rename("close-on-replica-write", "close-on-slave-write")
      .Rename("min-replicas-max-lag", "min-slaves-max-lag")
      .Rename("min-replicas-to-write", "min-slaves-to-write")
      .Rename("replica-allow-chaining", "slave-allow-chaining")
      .Rename("replica-lazy-flush", "slave-lazy-flush");
}

ParameterFamily Redis40(const ParameterFamily& redis50) {
  FamilyBuilder family("redis4.0", Engine::kRedis, "4.0.10", redis50);
  family.Remove({"active-defrag-max-scan-fields", "lua-replicate-commands", "rename-commands",
                 "replica-ignore-maxmemory", "stream-node-max-bytes", "stream-node-max-entries"});
  return UseOldWords(family)
      .Allow("active-defrag-ignore-bytes", "10485760-104857600")
      .Default("active-defrag-cycle-min", "25")
      .Build();
}

ParameterFamily Redis32(const ParameterFamily& redis40) {
  return FamilyBuilder("redis3.2", Engine::kRedis, "3.2.4", redis40)
      .Remove({"activedefrag", "active-defrag-cycle-max", "active-defrag-cycle-min", "active-defrag-ignore-bytes",
               "active-defrag-threshold-lower", "active-defrag-threshold-upper", "client-query-buffer-limit",
               "lazyfree-lazy-eviction", "lazyfree-lazy-expire", "lazyfree-lazy-server-del", "lfu-decay-time",
               "lfu-log-factor", "proto-max-bulk-len", "slave-lazy-flush"})
      .Add(kOnlyRedis32)
      .Allow("maxmemory-policy", kPolicies)
      .Build();
}

ParameterFamily Redis28(const ParameterFamily& redis32) {
  return FamilyBuilder("redis2.8", Engine::kRedis, "2.8.6", redis32)
      .Remove({"cluster-enabled", "cluster-require-full-coverage", "hll-sparse-max-bytes", "list-compress-depth",
               "list-max-ziplist-size", "reserved-memory-percent"})
      .Add(kOnlyRedis28)
      .Default("tcp-keepalive", "0")
      .Build();
}

ParameterFamily Redis26(const ParameterFamily& redis28) {
  return FamilyBuilder("redis2.6", Engine::kRedis, "2.6.13", redis28)
      .Remove({"close-on-slave-write", "min-slaves-max-lag", "min-slaves-to-write", "notify-keyspace-events",
               "repl-backlog-size", "repl-backlog-ttl", "slave-allow-chaining"})
      .Build();
}

}  // namespace

std::vector<ParameterFamily> RedisFamilies() {
  const ParameterFamily redis50 = FamilyBuilder("redis5.0", Engine::kRedis, "5.0.0").Add(kRedis50).Build();
  const ParameterFamily redis40 = Redis40(redis50);
  const ParameterFamily redis32 = Redis32(redis40);
  const ParameterFamily redis28 = Redis28(redis32);
  const ParameterFamily redis6x = FamilyBuilder("redis6.x", Engine::kRedis, "6.0.5", redis50)
                                      .Remove({"lua-replicate-commands"})
                                      .Add(kSinceRedis6)
                                      .Allow("databases", "1-10000")
                                      .Build();
  const ParameterFamily redis7 =
      FamilyBuilder("redis7", Engine::kRedis, "7.0.4", redis6x)
          .Remove({"activerehashing", "hash-max-ziplist-entries", "hash-max-ziplist-value", "list-max-ziplist-size",
                   "zset-max-ziplist-entries", "zset-max-ziplist-value"})
          .Add(kSinceRedis7)
          .Default("acl-pubsub-default", "resetchannels")
          .Build();
  return {Redis26(redis28), redis28, redis32, redis40, redis50, redis6x, redis7};
}

std::vector<ParameterFamily> ValkeyFamilies(const ParameterFamily& redis7) {
  const ParameterFamily valkey7 = FamilyBuilder("valkey7", Engine::kValkey, "7.2.4", redis7).Build();
  const ParameterFamily valkey8 = FamilyBuilder("valkey8", Engine::kValkey, "8.0.1", valkey7)
                                      .Default("repl-backlog-size", "10485760")
                                      .Add(kSinceValkey8)
                                      .Build();
  return {valkey7, valkey8, FamilyBuilder("valkey9", Engine::kValkey, "9.0.0", valkey8).Build()};
}

}  // namespace elastilab
