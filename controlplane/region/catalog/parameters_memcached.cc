// memcached's parameters. From shared/reference/defaults.md section 6.3.
#include "controlplane/region/catalog/parameter_rows.h"

namespace elastilab {
namespace {

constexpr auto kNow = Change::kNow;
constexpr auto kAtReboot = Change::kAtReboot;
constexpr auto kNeverReboot = Change::kNeverReboot;

// clang-format off
constexpr ParameterRow kMemcached14[] = {
    {"backlog_queue_limit", "1024", "integer", "1-10000", kNeverReboot, "1.4.5", "How many connections may wait to be accepted."},
    {"binding_protocol", "auto", "string", "auto,binary,ascii", kAtReboot, "1.4.5", "Which protocol clients speak; auto finds out from their first byte."},
    {"cas_disabled", "0", "boolean", "0,1", kAtReboot, "1.4.5", "Turns check-and-set off, which saves 8 bytes an item."},
    {"chunk_size", "48", "integer", "1-1024", kAtReboot, "1.4.5", "Smallest space in bytes for key, value and flags of an item."},
    {"chunk_size_growth_factor", "1.25", "float", "1-1024", kAtReboot, "1.4.5", "How much larger the chunks of each slab class are than those of the one before."},
    {"config_max", "16", "integer", "16", kNeverReboot, "1.4.14", "How many entries discovery may hold."},
    {"config_size_max", "65536", "integer", "65536", kNeverReboot, "1.4.14", "How large an entry of discovery may be, in bytes."},
    {"disable_flush_all", "0", "boolean", "0,1", kAtReboot, "1.4.24", "Refuses the command flush_all."},
    {"error_on_memory_exhausted", "0", "boolean", "0,1", kAtReboot, "1.4.5", "Answers with an error when memory is full, in place of evicting items."},
    {"expirezero_does_not_evict", "0", "boolean", "0,1", kAtReboot, "1.4.24", "Keeps items without an expiry time from being evicted."},
    {"hash_algorithm", "jenkins", "string", "murmur3,jenkins", kAtReboot, "1.4.24", "How keys are hashed."},
    {"hashpower_init", "16", "integer", "16", kNeverReboot, "1.4.14", "Size of the hash table at the start, as a power of two."},
    {"idle_timeout", "0", "integer", "0-86400", kAtReboot, "1.4.33", "Seconds after which an idle client is disconnected; 0 for never."},
    {"large_memory_pages", "0", "boolean", "0,1", kNeverReboot, "1.4.5", "Uses large pages of memory."},
    {"lock_down_paged_memory", "0", "boolean", "0,1", kNeverReboot, "1.4.5", "Locks all memory in RAM."},
    {"lru_crawler", "0", "boolean", "0,1", kAtReboot, "1.4.24", "Runs a thread that removes expired items."},
    {"lru_maintainer", "0", "boolean", "0,1", kAtReboot, "1.4.24", "Runs a thread that moves items between the hot, warm and cold lists."},
    {"max_item_size", "1048576", "integer", "1024-134217728", kAtReboot, "1.4.5", "Largest item in bytes."},
    {"max_simultaneous_connections", "65000", "integer", "3-65000", kNeverReboot, "1.4.5", "How many clients may be connected at once."},
    {"maxconns_fast", "0", "boolean", "0,1", kAtReboot, "1.4.14", "Refuses connections beyond the limit at once, in place of letting them wait."},
    {"maximize_core_file_limit", "0", "boolean", "0,1", kNeverReboot, "1.4.5", "Lifts the limit on the size of core dumps."},
    {"memcached_connections_overhead", "100", "integer", "0-100000", kAtReboot, "1.4.5", "Megabytes set aside for connections and other overhead."},
    {"modern", "0", "boolean", "0,1", kAtReboot, "1.4.33", "Turns on a set of newer settings together."},
    {"requests_per_event", "20", "integer", "20-1000", kNeverReboot, "1.4.5", "How many requests of one client are served before it is another's turn."},
    {"slab_automove", "0", "integer", "0,1,2", kAtReboot, "1.4.14", "How eagerly memory moves between slab classes."},
    {"slab_chunk_max", "524288", "integer", "1024-134217728", kAtReboot, "1.4.33", "Largest chunk in bytes; larger items span several."},
    {"slab_reassign", "0", "boolean", "0,1", kAtReboot, "1.4.14", "Allows memory to move between slab classes."},
    {"track_sizes", "0", "boolean", "0,1", kAtReboot, "1.4.33", "Counts items by size, for stats sizes."},
    {"watch", "1", "boolean", "0,1", kNow, "1.4.33", "Allows clients to watch the engine's log."},
    {"watcher_logbuf_size", "256", "integer", "1-", kAtReboot, "1.4.33", "Kilobytes of log kept for each watcher."},
    {"worker_logbuf_size", "64", "integer", "1-", kAtReboot, "1.4.33", "Kilobytes of log kept for each worker thread."},
};

constexpr ParameterRow kSince15[] = {
    {"inline_ascii_resp", "0", "boolean", "0,1", kAtReboot, "1.5.10", "Keeps the text of the VALUE line with the item, at up to 24 bytes each."},
    {"no_modern", "1", "boolean", "0,1", kAtReboot, "1.5.10", "Turns slab moving, the LRU threads and fast refusal off together, and hashes with jenkins."},
};
// clang-format on

}  // namespace

std::vector<ParameterFamily> MemcachedFamilies() {
  const ParameterFamily v14 = FamilyBuilder("memcached1.4", Engine::kMemcached, "1.4.5").Add(kMemcached14).Build();
  ParameterFamily v15 = FamilyBuilder("memcached1.5", Engine::kMemcached, "1.5.10")
                            .Add(kMemcached14)
                            .Add(kSince15)
                            .Remove({"expirezero_does_not_evict", "modern"})
                            .Build();
  ParameterFamily v16 = v15;
  v16.name = "memcached1.6";
  return {v14, std::move(v15), std::move(v16)};
}

}  // namespace elastilab
