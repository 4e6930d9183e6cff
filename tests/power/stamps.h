// Records of every kind, each with a stamp in it: a number that says which call wrote it. A new kind of record is added
// here, or this does not compile.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>

#include "controlplane/region/store/state.h"

namespace elastilab::power {

inline int64_t ParseStamp(const std::string& text) {
  int64_t stamp = -1;  // what no call has written
  std::from_chars(text.data(), text.data() + text.size(), stamp);
  return stamp;
}

// How a kind holds its stamp: EL_STAMP(kind, name in keys, field of the name, field of the stamp).
template <typename T>
struct Stamped;

#define EL_STAMPED_TEXT(Kind, kind_name, name_field, stamp_field)                      \
  template <>                                                                          \
  struct Stamped<Kind> {                                                               \
    static constexpr const char* kName = kind_name;                                    \
    static void Set(Kind& r, int64_t stamp) { r.stamp_field = std::to_string(stamp); } \
    static int64_t Get(const Kind& r) { return ParseStamp(r.stamp_field); }            \
    static void SetName(Kind& r, const std::string& name) { r.name_field = name; }     \
  }
#define EL_STAMPED_NUMBER(Kind, kind_name, name_field, stamp_field)                \
  template <>                                                                      \
  struct Stamped<Kind> {                                                           \
    static constexpr const char* kName = kind_name;                                \
    static void Set(Kind& r, int64_t stamp) { r.stamp_field = stamp; }             \
    static int64_t Get(const Kind& r) { return r.stamp_field; }                    \
    static void SetName(Kind& r, const std::string& name) { r.name_field = name; } \
  }

EL_STAMPED_TEXT(CacheCluster, "cluster", id, node_type);
EL_STAMPED_TEXT(ReplicationGroup, "group", id, description);
EL_STAMPED_TEXT(NodeGroup, "shard", group_id, slots);
EL_STAMPED_NUMBER(CacheNode, "node", cluster_id, restarts);
EL_STAMPED_NUMBER(FailoverRecord, "failover", group_id, old_offset);
EL_STAMPED_TEXT(SubnetGroup, "subnets", name, description);
EL_STAMPED_TEXT(CacheUser, "user", id, access_string);
EL_STAMPED_TEXT(CacheSecurityGroup, "security-group", name, description);
EL_STAMPED_TEXT(IamUser, "iam-user", name, boundary);
EL_STAMPED_TEXT(IamRole, "iam-role", name, description);
EL_STAMPED_TEXT(AccessKey, "access-key", id, user_name);
EL_STAMPED_TEXT(ManagedPolicy, "policy", name, description);
EL_STAMPED_NUMBER(ReservedNode, "reserved", id, seconds);
EL_STAMPED_TEXT(ParameterGroup, "parameters", name, description);
EL_STAMPED_NUMBER(LabSettings, "settings", region, clock_offset_ms);

#undef EL_STAMPED_TEXT
#undef EL_STAMPED_NUMBER

template <>
struct Stamped<TagSet> {
  static constexpr const char* kName = "tags";
  static void Set(TagSet& r, int64_t stamp) { r.tags = {{"stamp", std::to_string(stamp)}}; }
  static int64_t Get(const TagSet& r) { return r.tags.size() == 1 ? ParseStamp(r.tags[0].value) : -1; }
  static void SetName(TagSet& r, const std::string& name) { r.arn = name; }
};

template <>
struct Stamped<CacheUserGroup> {
  static constexpr const char* kName = "user-group";
  static void Set(CacheUserGroup& r, int64_t stamp) { r.user_ids = {std::to_string(stamp)}; }
  static int64_t Get(const CacheUserGroup& r) { return r.user_ids.size() == 1 ? ParseStamp(r.user_ids[0]) : -1; }
  static void SetName(CacheUserGroup& r, const std::string& name) { r.id = name; }
};

// With a policy of some pages, which SQLite keeps beside the tree.
template <>
struct Stamped<IamGroup> {
  static constexpr const char* kName = "iam-group";
  static void Set(IamGroup& r, int64_t stamp) {
    r.inline_policies = {{std::to_string(stamp), std::string(static_cast<size_t>(stamp * 7919 % 12000), 'x')}};
  }
  static int64_t Get(const IamGroup& r) {
    return r.inline_policies.size() == 1 ? ParseStamp(r.inline_policies[0].name) : -1;
  }
  static void SetName(IamGroup& r, const std::string& name) { r.name = name; }
};

// Too small for a stamp: its status goes up and down.
template <>
struct Stamped<Zone> {
  static constexpr const char* kName = "zone";
  static void Set(Zone& r, int64_t stamp) { r.status = stamp % 2 == 0 ? ZoneStatus::kUp : ZoneStatus::kLost; }
  static int64_t Get(const Zone& r) { return r.status == ZoneStatus::kUp ? 2 : 1; }
  static void SetName(Zone& r, const std::string& name) { r.name = name; }
};

template <typename T>
T Make(const std::string& name, int64_t stamp) {
  T record;
  Stamped<T>::SetName(record, name);
  Stamped<T>::Set(record, stamp);
  return record;
}

// "cluster/demo-001": what a record is called across kinds.
template <typename T>
std::string NameOf(const T& record) {
  std::string name = Stamped<T>::kName;
  name += '/';
  if constexpr (std::is_same_v<KeyType<T>, std::string>)
    name += KeyOf(record);
  else
    name += std::to_string(KeyOf(record));
  return name;
}

}  // namespace elastilab::power
