#include "tests/power/clients.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "tests/power/stamps.h"

namespace elastilab::power {
namespace {

constexpr int kNamesPerClient = 3;        // of each kind; so that changes and deletions are as usual as creations
constexpr int64_t kEventsKept = 120;      // in stamps
constexpr int kShards = 2, kMembers = 2;  // of a group

Event Said(int64_t stamp) {
  Event event;
  event.source_id = "power";
  event.message = std::to_string(stamp);
  event.at = ServiceTime(milliseconds(stamp));
  return event;
}

int64_t Id(Draft& draft, Call& call) {
  const int64_t id = draft.NextId();
  call.largest_id = std::max(call.largest_id, id);
  return id;
}

void Emit(Draft& draft, Call& call) {
  draft.Emit(Said(call.stamp));
  call.events.push_back(call.stamp);
}

template <typename T>
void Put(Draft& draft, Call& call, T record) {
  Stamped<T>::Set(record, call.stamp);
  call.records[NameOf(record)] = Stamped<T>::Get(record);
  draft.Put(std::move(record));
}

template <typename T>
void Erase(Draft& draft, Call& call, const KeyType<T>& key) {
  call.records[NameOf(*draft.Find<T>(key))] = 0;
  draft.Erase<T>(key);
}

// --- a group: twelve records of five kinds that only make sense together ---------------------------------------------

void CreateGroup(Draft& draft, Call& call, const std::string& id) {
  ReplicationGroup group = Make<ReplicationGroup>(id, call.stamp);
  for (int s = 1; s <= kShards; ++s) {
    NodeGroup shard = Make<NodeGroup>(id, call.stamp);
    shard.id = fmt::format("{:04}", s);
    for (int m = 1; m <= kMembers; ++m) {
      CacheNode node = Make<CacheNode>(fmt::format("{}-{:04}-{:03}", id, s, m), call.stamp);
      node.uid = Id(draft, call);
      node.group_id = id;
      CacheCluster cluster = Make<CacheCluster>(node.cluster_id, call.stamp);
      cluster.group_id = id;
      cluster.nodes = {node.uid};
      shard.nodes.push_back(node.uid);
      group.member_clusters.push_back(cluster.id);
      Put(draft, call, std::move(node));
      Put(draft, call, std::move(cluster));
    }
    group.node_groups.push_back(shard.id);
    Put(draft, call, std::move(shard));
  }
  Put(draft, call, std::move(group));
  Put(draft, call, Make<TagSet>("arn:" + id, call.stamp));
  Emit(draft, call);
}

template <typename T>
void Renew(Draft& draft, Call& call, const KeyType<T>& key, bool erase) {
  if (erase)
    Erase<T>(draft, call, key);
  else
    Put(draft, call, T(*draft.Find<T>(key)));
}

void ChangeOrDeleteGroup(Draft& draft, Call& call, const std::string& id, bool erase) {
  const ReplicationGroup group = *draft.Find<ReplicationGroup>(id);
  for (const std::string& shard_id : group.node_groups) {
    const std::string key = id + "/" + shard_id;
    const std::vector<NodeUid> nodes = draft.Find<NodeGroup>(key)->nodes;
    for (NodeUid uid : nodes) Renew<CacheNode>(draft, call, uid, erase);
    Renew<NodeGroup>(draft, call, key, erase);
  }
  for (const std::string& cluster : group.member_clusters) Renew<CacheCluster>(draft, call, cluster, erase);
  Renew<TagSet>(draft, call, "arn:" + id, erase);
  Renew<ReplicationGroup>(draft, call, id, erase);
  Emit(draft, call);
}

}  // namespace

World WorldOf(const State& state) {
  World world;
  ForEachKind([&]<typename T>() {
    for (const auto& [key, record] : state.table<T>()) world.records[NameOf(*record)] = Stamped<T>::Get(*record);
  });
  for (const auto& event : state.events) world.events.insert(ParseStamp(event->message));
  return world;
}

void Call::ApplyTo(World& world) const {
  for (const auto& [name, value] : records) {
    if (value == 0)
      world.records.erase(name);
    else
      world.records[name] = value;
  }
  if (prune_before > 0) world.events.erase(world.events.begin(), world.events.lower_bound(prune_before));
  world.events.insert(events.begin(), events.end());
}

Clients::Clients(int count, int life, const World& world) {
  last_stamp_ = world.events.empty() ? 1000 : *world.events.rbegin() + 1000;
  for (int i = 0; i < count; ++i) clients_.push_back({.name = fmt::format("c{}-{}", i, life)});
}

template <typename T>
Mutation Clients::ChangeOne(Client& client, std::mt19937_64& random, Call& call) {
  std::string key = fmt::format("{}-{}", client.name, random() % kNamesPerClient);
  if constexpr (std::is_same_v<T, CacheCluster>) key += "-alone";
  const bool there = client.there.contains(NameOf(Make<T>(key, 1)));
  const bool erase = there && random() % 3 == 0;
  const bool tell = random() % 2 == 0;
  return [key, erase, tell, &call](Draft& draft) -> Status {
    if (erase)
      Erase<T>(draft, call, key);
    else
      Put(draft, call, Make<T>(key, call.stamp));
    if (tell) Emit(draft, call);
    return absl::OkStatus();
  };
}

Mutation Clients::ChangeGroup(Client& client, std::mt19937_64& random, Call& call) {
  const std::string id = fmt::format("{}-g{}", client.name, random() % kNamesPerClient);
  if (!client.there.contains("group/" + id)) {
    return [id, &call](Draft& draft) -> Status {
      CreateGroup(draft, call, id);
      return absl::OkStatus();
    };
  }
  return [id, erase = random() % 3 == 0, &call](Draft& draft) -> Status {
    ChangeOrDeleteGroup(draft, call, id, erase);
    return absl::OkStatus();
  };
}

// A prune must not meet an event that is on its way: whether that stays depends on which comes first.
int64_t Clients::OldestOnItsWay() const {
  int64_t oldest = last_stamp_;
  for (const Client& client : clients_) {
    if (client.last != nullptr && client.last->answered == SIZE_MAX) oldest = std::min(oldest, client.last->stamp);
  }
  return oldest;
}

Mutation Clients::Next(int index, std::mt19937_64& random, size_t position) {
  Client& client = clients_[static_cast<size_t>(index)];
  Call& call = calls_.emplace_back();
  call.stamp = ++last_stamp_;
  call.started = position;
  client.last = &call;
  const auto change = [&]() -> Mutation {
    switch (random() % 24) {
      case 0:
        return ChangeOne<CacheCluster>(client, random, call);
      case 1:
        return ChangeOne<SubnetGroup>(client, random, call);
      case 2:
        return ChangeOne<CacheUser>(client, random, call);
      case 3:
        return ChangeOne<CacheUserGroup>(client, random, call);
      case 4:
        return ChangeOne<CacheSecurityGroup>(client, random, call);
      case 5:
        return ChangeOne<IamUser>(client, random, call);
      case 6:
        return ChangeOne<IamGroup>(client, random, call);
      case 7:
        return ChangeOne<IamRole>(client, random, call);
      case 8:
        return ChangeOne<AccessKey>(client, random, call);
      case 9:
        return ChangeOne<ManagedPolicy>(client, random, call);
      case 10:
        return ChangeOne<ReservedNode>(client, random, call);
      case 11:
        return ChangeOne<ParameterGroup>(client, random, call);
      case 12:
        return ChangeOne<TagSet>(client, random, call);
      case 13:
        return [&call](Draft& draft) -> Status {
          FailoverRecord record;
          record.id = Id(draft, call);
          Put(draft, call, std::move(record));
          return absl::OkStatus();
        };
      case 14:  // the lab's own rows belong to the first client
        return [&call, first = index == 0, name = client.name](Draft& draft) -> Status {
          if (first) Put(draft, call, Make<LabSettings>("us-east-1", call.stamp));
          if (first) Put(draft, call, Make<Zone>("us-east-1a", call.stamp));
          Put(draft, call, Make<SubnetGroup>(name + "-settings", call.stamp));
          return absl::OkStatus();
        };
      case 15:
        call.prune_before = std::min(call.stamp - kEventsKept, OldestOnItsWay());
        return [&call, name = client.name](Draft& draft) -> Status {
          draft.PruneEventsBefore(ServiceTime(milliseconds(call.prune_before)));
          Put(draft, call, Make<SubnetGroup>(name + "-prunes", call.stamp));
          return absl::OkStatus();
        };
      case 16:  // refused after it has changed things and taken an id: nothing of it stays, but the id
        return [&call, name = client.name](Draft& draft) -> Status {
          Id(draft, call);
          draft.Put(Make<SubnetGroup>(name + "-refused", call.stamp));
          draft.Emit(Said(call.stamp));
          return absl::AlreadyExistsError("refused");
        };
      default:
        return ChangeGroup(client, random, call);
    }
  }();
  return [change, &call](Draft& draft) {
    call.records.clear();
    call.events.clear();
    return change(draft);
  };
}

void Clients::Answer(int index, const Status& status, size_t position) {
  Client& client = clients_[static_cast<size_t>(index)];
  Call& call = *client.last;
  call.answered = position;
  call.outcome = status.code();
  if (!status.ok()) return;
  for (const auto& [name, stamp] : call.records) {
    if (stamp == 0)
      client.there.erase(name);
    else
      client.there.insert(name);
  }
}

World Expected(const World& before, const std::deque<Call>& calls, size_t position, const World& found) {
  World world = before;
  for (const Call& call : calls) {
    const bool refused = call.outcome == absl::StatusCode::kAlreadyExists;
    if (call.started > position || refused) continue;
    if (call.answered <= position) {
      if (call.outcome == absl::StatusCode::kOk) call.ApplyTo(world);
      continue;
    }
    // On its way: one of its records tells whether it came through, all else must agree.
    const auto& [name, stamp] = *call.records.begin();
    const auto it = found.records.find(name);
    if (stamp == (it == found.records.end() ? 0 : it->second)) call.ApplyTo(world);
  }
  return world;
}

}  // namespace elastilab::power
