#include "controlplane/api/validate_settings.h"

#include "controlplane/api/validate_engine.h"
#include "controlplane/api/validate_names.h"
#include "controlplane/api/validate_windows.h"
#include "controlplane/faults/cluster_faults.h"
#include "controlplane/faults/common_faults.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr int kRedisPort = 6379;
constexpr int kMemcachedPort = 11211;
constexpr int kMaxPort = 65535;

// Members that ask for something that does not exist here yet. Better refused than ignored.
template <typename Request>
Status RefuseUnserved(const Request& request) {
  if (request.transit_encryption_enabled()) return NotServedYet("TransitEncryptionEnabled");
  if (request.has_auth_token()) return NotServedYet("AuthToken");
  if (request.log_delivery_configurations_size() > 0) return NotServedYet("LogDeliveryConfigurations");
  if (request.snapshot_arns_size() > 0) return NotServedYet("SnapshotArns");
  if (request.has_snapshot_name()) return NotServedYet("SnapshotName");
  if (request.has_network_type() && request.network_type() != v1::NETWORK_TYPE_IPV4) {
    return NotServedYet("NetworkType other than ipv4");
  }
  if (request.has_ip_discovery() && request.ip_discovery() != v1::IP_DISCOVERY_IPV4) {
    return NotServedYet("IpDiscovery other than ipv4");
  }
  return absl::OkStatus();
}

template <typename Request>
Status RefuseForMemcached(const Request& request) {
  if (request.has_auth_token()) return NotForMemcached("AuthToken");
  if (request.has_snapshot_retention_limit()) return NotForMemcached("SnapshotRetentionLimit");
  if (request.has_snapshot_window()) return NotForMemcached("SnapshotWindow");
  if (request.has_snapshot_name()) return NotForMemcached("SnapshotName");
  if (request.snapshot_arns_size() > 0) return NotForMemcached("SnapshotArns");
  return absl::OkStatus();
}

template <typename Request>
Status FillWindows(const Request& request, const ValidationFacts& facts, CacheSettings& settings) {
  std::optional<std::string> maintenance, snapshot;
  if (request.has_preferred_maintenance_window()) {
    ASSIGN_OR_RETURN(maintenance, ValidateMaintenanceWindow(request.preferred_maintenance_window()));
  }
  if (request.has_snapshot_window()) {
    ASSIGN_OR_RETURN(snapshot, ValidateSnapshotWindow(request.snapshot_window()));
  }
  ASSIGN_OR_RETURN(const Windows windows, ChooseWindows(maintenance, snapshot, facts.region, facts.dice));
  settings.maintenance_window = windows.maintenance;
  if (settings.engine != Engine::kMemcached) settings.snapshots.window = windows.snapshot;
  return absl::OkStatus();
}

template <typename Request>
Status FillPort(const Request& request, CacheSettings& settings) {
  settings.port = settings.engine == Engine::kMemcached ? kMemcachedPort : kRedisPort;
  if (!request.has_port()) return absl::OkStatus();
  if (request.port() < 1 || request.port() > kMaxPort) return ValueOutOfRange("Port", request.port(), 1, kMaxPort);
  settings.port = request.port();
  return absl::OkStatus();
}

template <typename Request>
Status FillEngine(const Request& request, CacheSettings& settings) {
  ASSIGN_OR_RETURN(const EngineVersion version, ValidateEngineVersion(settings.engine, request.engine_version()));
  settings.engine_version = version.full_version;
  ASSIGN_OR_RETURN(settings.node_type,
                   ValidateNodeType(request.cache_node_type(), settings.engine, version.full_version));
  ASSIGN_OR_RETURN(settings.parameter_group, ValidateParameterGroup(request.cache_parameter_group_name(), version));
  return absl::OkStatus();
}

template <typename Request>
StatusOr<CacheSettings> Validate(const Request& request, Engine engine, const ValidationFacts& facts) {
  CacheSettings settings;
  settings.engine = engine;
  if (engine == Engine::kMemcached) RETURN_IF_ERROR(RefuseForMemcached(request));
  RETURN_IF_ERROR(RefuseUnserved(request));
  RETURN_IF_ERROR(FillEngine(request, settings));
  RETURN_IF_ERROR(RefuseClassicSecurityGroups(request.cache_security_group_names_size() > 0,
                                              request.security_group_ids_size() > 0 || request.has_cache_subnet_group_name()));
  RETURN_IF_ERROR(FillWindows(request, facts, settings));
  RETURN_IF_ERROR(FillPort(request, settings));
  if (request.has_snapshot_retention_limit()) {
    RETURN_IF_ERROR(ValidateRetention(request.snapshot_retention_limit()));
    settings.snapshots.retention_days = request.snapshot_retention_limit();
  }
  settings.subnet_group = LowerCase(request.has_cache_subnet_group_name() ? request.cache_subnet_group_name() : "default");
  settings.security_group_ids = WordsOf(request.security_group_ids());
  if (request.has_auto_minor_version_upgrade()) settings.auto_minor_version_upgrade = request.auto_minor_version_upgrade();
  if (request.has_notification_topic_arn()) settings.notification = {request.notification_topic_arn(), "active"};
  settings.tags = TagsOf(request.tags());
  RETURN_IF_ERROR(ValidateTags(settings.tags));
  return settings;
}

}  // namespace

StatusOr<CacheSettings> ValidateSettings(const v1::CreateCacheClusterRequest& request, Engine engine,
                                         const ValidationFacts& facts) {
  return Validate(request, engine, facts);
}

StatusOr<CacheSettings> ValidateSettings(const v1::CreateReplicationGroupRequest& request, Engine engine,
                                         const ValidationFacts& facts) {
  return Validate(request, engine, facts);
}

Status ValidateRetention(int days) {
  if (days >= 0 && days <= kMaxRetentionDays) return absl::OkStatus();
  return ValueOutOfRange("SnapshotRetentionLimit", days, 0, kMaxRetentionDays);
}

Status ValidateTopicStatus(const std::string& status) {
  if (status == "active" || status == "inactive") return absl::OkStatus();
  return InvalidValue("The parameter NotificationTopicStatus must be active or inactive.");
}

Status RefuseClassicSecurityGroups(bool classic, bool vpc) {
  if (!classic) return absl::OkStatus();
  if (vpc) {
    return InvalidCombination(
        "Use of cache security groups is not permitted along with cache subnet group and/or security group Ids.");
  }
  return InvalidValue("Use of cache security groups is not permitted in this API version for your account.");
}

}  // namespace elastilab
