// The words of the service for states, and ours for what it does not name. Text() gives the exact wire string
// (shared/reference/states.md); Parse…() the reverse, empty when it is none.
#pragma once

#include <optional>
#include <string_view>

namespace elastilab {

enum class Engine { kRedis, kValkey, kMemcached };
enum class ClusterStatus {
  kCreating,
  kAvailable,
  kModifying,
  kRebooting,  // "rebooting cluster nodes"
  kSnapshotting,
  kRestoreFailed,
  kIncompatibleNetwork,
  kDeleting,
};
enum class GroupStatus { kCreating, kAvailable, kModifying, kSnapshotting, kCreateFailed, kDeleting };
enum class NodeGroupStatus { kCreating, kAvailable, kModifying, kDeleting };
// kRecovering is shown as "creating": a failed node that is being replaced.
enum class NodeStatus { kCreating, kAvailable, kRebooting, kRecovering, kDeleting };
enum class AutomaticFailover { kEnabled, kDisabled, kEnabling, kDisabling };
enum class Role { kNone, kPrimary, kReplica };
enum class ZoneStatus { kUp, kLost };
// Of users and of user groups.
enum class UserStatus { kCreating, kActive, kModifying, kDeleting };
// How a user proves to the engine who it is.
enum class Authentication { kPassword, kNoPassword, kIam };
// How far a node's engine runs with what its parameter group says.
enum class ParameterStatus { kInSync, kApplying, kPendingReboot };
enum class SourceType {
  kCacheCluster,
  kCacheParameterGroup,
  kCacheSecurityGroup,
  kCacheSubnetGroup,
  kReplicationGroup,
  kServerlessCache,
  kServerlessCacheSnapshot,
  kUser,
  kUserGroup,
};
// planner/failover.h draws the diagram.
enum class FailoverStep { kNone, kFencing, kMeasuring, kPromoting, kReplacing, kRebuilding, kReturning, kHandingOver };
enum class FailoverCause { kNone, kExited, kHung, kZoneLost, kTestFailover, kManual, kMaintenance, kResumed };
// Nothing has failed: the primary hands over (planner/handover.h), and no write is lost.
constexpr bool IsPlanned(FailoverCause cause) { return cause == FailoverCause::kManual || cause == FailoverCause::kMaintenance; }

std::string_view Text(Engine engine);
std::string_view Text(ClusterStatus status);
std::string_view Text(GroupStatus status);
std::string_view Text(NodeGroupStatus status);
std::string_view Text(NodeStatus status);
std::string_view Text(AutomaticFailover state);
std::string_view Text(Role role);
std::string_view Text(ZoneStatus status);
std::string_view Text(UserStatus status);
std::string_view Text(Authentication type);
std::string_view Text(ParameterStatus status);
std::string_view Text(SourceType type);
std::string_view Text(FailoverStep step);
std::string_view Text(FailoverCause cause);

std::optional<Engine> ParseEngine(std::string_view text);  // any case
std::optional<SourceType> ParseSourceType(std::string_view text);

}  // namespace elastilab
