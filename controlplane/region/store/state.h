// Everything the region knows, in memory: what Describe is answered from, and what a Draft changes.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "common/text.h"
#include "controlplane/region/model/identities.h"
#include "controlplane/region/model/records.h"

namespace elastilab {

// What each record is found by.
inline const std::string& KeyOf(const CacheCluster& r) { return r.id; }
inline const std::string& KeyOf(const ReplicationGroup& r) { return r.id; }
inline std::string KeyOf(const NodeGroup& r) { return r.key(); }
inline NodeUid KeyOf(const CacheNode& r) { return r.uid; }
inline int64_t KeyOf(const FailoverRecord& r) { return r.id; }
inline const std::string& KeyOf(const TagSet& r) { return r.arn; }
inline const std::string& KeyOf(const SubnetGroup& r) { return r.name; }
inline const std::string& KeyOf(const CacheUser& r) { return r.id; }
inline const std::string& KeyOf(const CacheUserGroup& r) { return r.id; }
inline std::string KeyOf(const IamUser& r) { return LowerCase(r.name); }
inline std::string KeyOf(const IamGroup& r) { return LowerCase(r.name); }
inline std::string KeyOf(const IamRole& r) { return LowerCase(r.name); }
inline const std::string& KeyOf(const AccessKey& r) { return r.id; }
inline std::string KeyOf(const ManagedPolicy& r) { return LowerCase(r.name); }
inline const std::string& KeyOf(const CacheSecurityGroup& r) { return r.name; }
inline const std::string& KeyOf(const ReservedNode& r) { return r.id; }
inline const std::string& KeyOf(const ParameterGroup& r) { return r.name; }
inline const std::string& KeyOf(const Zone& r) { return r.name; }
inline int64_t KeyOf(const LabSettings&) { return 1; }

template <typename T>
using KeyType = std::decay_t<decltype(KeyOf(std::declval<const T&>()))>;

// Ordered, so that paging markers survive inserts. Values are shared and immutable.
template <typename T>
using Table = std::map<KeyType<T>, std::shared_ptr<const T>>;

struct State {
  Table<CacheCluster> clusters;
  Table<ReplicationGroup> groups;
  Table<NodeGroup> node_groups;
  Table<CacheNode> nodes;
  Table<FailoverRecord> failovers;
  Table<TagSet> tags;
  Table<SubnetGroup> subnet_groups;
  Table<CacheUser> cache_users;
  Table<CacheUserGroup> cache_user_groups;
  Table<CacheSecurityGroup> security_groups;
  Table<IamUser> iam_users;
  Table<IamGroup> iam_groups;
  Table<IamRole> iam_roles;
  Table<AccessKey> access_keys;
  Table<ManagedPolicy> managed_policies;
  Table<ReservedNode> reserved_nodes;
  Table<ParameterGroup> parameter_groups;
  Table<Zone> zones;
  Table<LabSettings> settings;
  std::deque<std::shared_ptr<const Event>> events;  // oldest first

  template <typename T>
  const Table<T>& table() const;
  template <typename T>
  Table<T>& table() {
    return const_cast<Table<T>&>(std::as_const(*this).template table<T>());
  }
  // Null when there is none. The pointer holds as long as the caller's lock on the state.
  template <typename T>
  const T* Find(const KeyType<T>& key) const {
    const auto& t = table<T>();
    auto it = t.find(key);
    return it == t.end() ? nullptr : it->second.get();
  }
};

template <> inline const Table<CacheCluster>& State::table<CacheCluster>() const { return clusters; }
template <> inline const Table<ReplicationGroup>& State::table<ReplicationGroup>() const { return groups; }
template <> inline const Table<NodeGroup>& State::table<NodeGroup>() const { return node_groups; }
template <> inline const Table<CacheNode>& State::table<CacheNode>() const { return nodes; }
template <> inline const Table<FailoverRecord>& State::table<FailoverRecord>() const { return failovers; }
template <> inline const Table<TagSet>& State::table<TagSet>() const { return tags; }
template <> inline const Table<SubnetGroup>& State::table<SubnetGroup>() const { return subnet_groups; }
template <> inline const Table<CacheUser>& State::table<CacheUser>() const { return cache_users; }
template <> inline const Table<CacheUserGroup>& State::table<CacheUserGroup>() const { return cache_user_groups; }
template <> inline const Table<IamUser>& State::table<IamUser>() const { return iam_users; }
template <> inline const Table<IamGroup>& State::table<IamGroup>() const { return iam_groups; }
template <> inline const Table<IamRole>& State::table<IamRole>() const { return iam_roles; }
template <> inline const Table<AccessKey>& State::table<AccessKey>() const { return access_keys; }
template <> inline const Table<ManagedPolicy>& State::table<ManagedPolicy>() const { return managed_policies; }
template <> inline const Table<CacheSecurityGroup>& State::table<CacheSecurityGroup>() const { return security_groups; }
template <> inline const Table<ReservedNode>& State::table<ReservedNode>() const { return reserved_nodes; }
template <> inline const Table<ParameterGroup>& State::table<ParameterGroup>() const { return parameter_groups; }
template <> inline const Table<Zone>& State::table<Zone>() const { return zones; }
template <> inline const Table<LabSettings>& State::table<LabSettings>() const { return settings; }

// Calls f.operator()<T>() for every kind of record that has a table: a new kind is added here, above, in records.h,
// record_json.cc and a migration.
template <typename F>
void ForEachKind(F&& f) {
  f.template operator()<CacheCluster>();
  f.template operator()<ReplicationGroup>();
  f.template operator()<NodeGroup>();
  f.template operator()<CacheNode>();
  f.template operator()<FailoverRecord>();
  f.template operator()<TagSet>();
  f.template operator()<SubnetGroup>();
  f.template operator()<CacheUser>();
  f.template operator()<CacheUserGroup>();
  f.template operator()<CacheSecurityGroup>();
  f.template operator()<IamUser>();
  f.template operator()<IamGroup>();
  f.template operator()<IamRole>();
  f.template operator()<AccessKey>();
  f.template operator()<ManagedPolicy>();
  f.template operator()<ReservedNode>();
  f.template operator()<ParameterGroup>();
  f.template operator()<Zone>();
  f.template operator()<LabSettings>();
}

}  // namespace elastilab
