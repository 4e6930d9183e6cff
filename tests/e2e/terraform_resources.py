"""The six aws_elasticache_* resources as hashicorp/aws handles them; terraform_provider.py has what they share."""
import re

from botocore.exceptions import ClientError

from terraform_provider import Resource, code_of, retry_when, wait


def changed(old, new, *names):
    return [name for name in names if old.get(name) != new.get(name)]


def on_wire(value):
    return sorted(value) if isinstance(value, set) else value


def given(config, names):
    """API member → value, for those attributes of `names` that are configured. Like GetOk: zero values are not."""
    return {member: on_wire(config[attribute]) for attribute, member in names.items() if config.get(attribute)}


def version_of(engine, actual):
    """The provider keeps major.minor of redis 6 and later and of valkey, and everything of older ones and of memcached."""
    if engine == "memcached" or int(actual.split(".")[0]) < 6:
        return actual
    assert re.fullmatch(r"\d+(\.\d+)*", actual), f"{actual!r} is no version for go-version"
    return ".".join(actual.split(".")[:2])


def from_cluster(cluster):
    """What both clusters and groups read from a cache cluster."""
    return {"node_type": cluster["CacheNodeType"], "engine": cluster["Engine"],
            "engine_version": version_of(cluster["Engine"], cluster["EngineVersion"]),
            "engine_version_actual": cluster["EngineVersion"],
            "auto_minor_version_upgrade": cluster["AutoMinorVersionUpgrade"],
            "subnet_group_name": cluster.get("CacheSubnetGroupName"),
            "security_group_ids": {g["SecurityGroupId"] for g in cluster.get("SecurityGroups", [])},
            "parameter_group_name": cluster["CacheParameterGroup"]["CacheParameterGroupName"],
            "maintenance_window": cluster["PreferredMaintenanceWindow"]}


class ReplicationGroup(Resource):
    IDENTITY = "replication_group_id"
    DEFAULTS = {"automatic_failover_enabled": False, "multi_az_enabled": False, "kms_key_id": "", "snapshot_retention_limit": 0,
                "log_delivery_configuration": [], "user_group_ids": set()}
    NOT_READ = {"apply_immediately", "preferred_cache_cluster_azs"}
    PORTS = {6379}
    NOT_FOUND = "ReplicationGroupNotFoundFault"
    PENDING = ("creating", "modifying", "snapshotting")
    MEMBERS = {"auto_minor_version_upgrade": "AutoMinorVersionUpgrade", "description": "ReplicationGroupDescription",
               "engine_version": "EngineVersion", "maintenance_window": "PreferredMaintenanceWindow",
               "multi_az_enabled": "MultiAZEnabled", "parameter_group_name": "CacheParameterGroupName",
               "security_group_ids": "SecurityGroupIds", "snapshot_window": "SnapshotWindow", "node_type": "CacheNodeType"}
    AT_CREATE = {**MEMBERS, "num_cache_clusters": "NumCacheClusters", "port": "Port", "subnet_group_name": "CacheSubnetGroupName",
                 "preferred_cache_cluster_azs": "PreferredCacheClusterAZs", "num_node_groups": "NumNodeGroups",
                 "at_rest_encryption_enabled": "AtRestEncryptionEnabled"}

    def create(self, config, tags):
        made = self.call("create_replication_group", ReplicationGroupId=config["replication_group_id"],
                         AutomaticFailoverEnabled=config.get("automatic_failover_enabled", False),
                         TransitEncryptionEnabled=False, Engine=config.get("engine", "redis"),
                         **given(config, self.AT_CREATE), **self.tagged(tags))["ReplicationGroup"]
        self.available(made["ReplicationGroupId"])
        return made["ReplicationGroupId"]

    def find(self, resource_id):
        group, = self.call("describe_replication_groups", ReplicationGroupId=resource_id)["ReplicationGroups"]
        return group

    def status(self, resource_id):
        group = self.found(resource_id)
        return group and group["Status"]

    def available(self, resource_id):
        wait(lambda: self.status(resource_id), self.PENDING, "available")

    def members_available(self, resource_id):
        def status():
            ids = self.find(resource_id)["MemberClusters"]
            pages = self.call.client.get_paginator("describe_cache_clusters").paginate()
            states = [c["CacheClusterStatus"] for page in pages for c in page["CacheClusters"] if c["CacheClusterId"] in ids]
            return next((state for state in states if state != "available"), "available") if states else None
        wait(status, ("creating", "deleting", "modifying", "snapshotting"), "available")

    def read(self, resource_id):
        group = self.found(resource_id)
        if group is None or group["Status"] == "deleting":
            return None
        # Newer than Debian's botocore. An Engine that is missing here would replace the group in some versions.
        assert self.call.text("ReplicationGroup/Engine"), "the group has no Engine"
        cluster_mode = self.call.text("ReplicationGroup/ClusterMode")
        shards = group["NodeGroups"]
        state = {"arn": group["ARN"], "replication_group_id": group["ReplicationGroupId"], "description": group["Description"],
                 "automatic_failover_enabled": {"enabled": True, "enabling": True, "disabled": False,
                                                "disabling": False}[group["AutomaticFailover"]],
                 "multi_az_enabled": {"enabled": True, "disabled": False}[group["MultiAZ"]],
                 "kms_key_id": group.get("KmsKeyId", ""), "num_cache_clusters": len(group["MemberClusters"]),
                 "member_clusters": set(group["MemberClusters"]), "num_node_groups": len(shards),
                 "replicas_per_node_group": len(shards[0]["NodeGroupMembers"]) - 1,
                 "node_group_configuration": [self.shard(shard) for shard in shards],
                 "cluster_enabled": group["ClusterEnabled"], "cluster_mode": cluster_mode,
                 "data_tiering_enabled": group["DataTiering"] == "enabled", "ip_discovery": group["IpDiscovery"],
                 "network_type": group["NetworkType"], "log_delivery_configuration": group["LogDeliveryConfigurations"],
                 "snapshot_window": group["SnapshotWindow"], "snapshot_retention_limit": group["SnapshotRetentionLimit"],
                 "user_group_ids": set(group["UserGroupIds"])}
        assert "ConfigurationEndpoint" not in group, "a group without cluster mode has no configuration endpoint"
        state["port"] = shards[0]["PrimaryEndpoint"]["Port"]
        state["primary_endpoint_address"] = shards[0]["PrimaryEndpoint"]["Address"]
        state["reader_endpoint_address"] = shards[0]["ReaderEndpoint"]["Address"]
        cluster, = self.call("describe_cache_clusters", CacheClusterId=shards[0]["NodeGroupMembers"][0]["CacheClusterId"],
                             ShowCacheNodeInfo=True)["CacheClusters"]
        return {**state, **from_cluster(cluster), "at_rest_encryption_enabled": cluster["AtRestEncryptionEnabled"],
                "security_group_names": cluster["CacheSecurityGroups"],
                "transit_encryption_enabled": cluster["TransitEncryptionEnabled"],
                "transit_encryption_mode": self.call.text("CacheCluster/TransitEncryptionMode")}

    @staticmethod
    def shard(shard):
        zones = [member["PreferredAvailabilityZone"] for member in shard["NodeGroupMembers"]]
        return {"node_group_id": shard["NodeGroupId"], "replica_count": len(zones) - 1, "slots": shard.get("Slots", ""),
                "primary_availability_zone": zones[0], "replica_availability_zones": zones[1:]}

    def update(self, state, config):
        steps, resource_id = [], state["id"]
        old, new = state["num_cache_clusters"], config.get("num_cache_clusters", state["num_cache_clusters"])
        if new > old:
            steps.append(lambda: self.replicas("increase_replica_count", resource_id, new - 1))
        wanted = {**self.DEFAULTS, **config}
        members = {**self.MEMBERS, "automatic_failover_enabled": "AutomaticFailoverEnabled"}
        different = [name for name in members if name in wanted and wanted[name] != state[name]]
        if different:
            request = {members[name]: on_wire(wanted[name]) for name in different}
            if "EngineVersion" in request or ("engine" in config and config["engine"] != state["engine"]):
                request["Engine"] = config.get("engine", "redis")
            steps.append(lambda: self.modify(ReplicationGroupId=resource_id,
                                             ApplyImmediately=config.get("apply_immediately", False), **request))
        if new < old:
            steps.append(lambda: self.replicas("decrease_replica_count", resource_id, new - 1))
        for step in steps:
            self.available(resource_id)
            step()
            self.available(resource_id)

    def modify(self, **request):
        # boto3 1.26 does not know that a group's engine can change; the member goes onto the wire all the same.
        engine = request.pop("Engine", None)
        add = lambda params, **_: params["body"].update({"Engine": engine} if engine else {})
        event = "before-call.elasticache.ModifyReplicationGroup"
        self.call.client.meta.events.register_first(event, add)
        try:
            self.call("modify_replication_group", **request)
        except ClientError as error:
            if code_of(error) != "InvalidParameterCombination" or "No modifications were requested" not in str(error):
                raise
        finally:
            self.call.client.meta.events.unregister(event, add)

    def replicas(self, operation, resource_id, count):
        self.call(operation, ReplicationGroupId=resource_id, NewReplicaCount=count, ApplyImmediately=True)
        self.members_available(resource_id)

    def delete(self, resource_id):
        retry_when("InvalidReplicationGroupState",
                   lambda: self.call("delete_replication_group", ReplicationGroupId=resource_id))
        wait(lambda: self.status(resource_id), ("creating", "available", "deleting"), None)


class Cluster(Resource):
    IDENTITY = "cluster_id"
    DEFAULTS = {"auto_minor_version_upgrade": True, "snapshot_retention_limit": 0, "log_delivery_configuration": [],
                "notification_topic_arn": ""}
    NOT_READ = {"apply_immediately", "preferred_availability_zones"}
    PORTS = {6379, 11211}
    NOT_FOUND = "CacheClusterNotFound"
    PENDING = ("creating", "modifying", "snapshotting", "rebooting cluster nodes")
    MEMBERS = {"engine_version": "EngineVersion", "parameter_group_name": "CacheParameterGroupName",
               "snapshot_window": "SnapshotWindow", "maintenance_window": "PreferredMaintenanceWindow", "az_mode": "AZMode",
               "node_type": "CacheNodeType", "auto_minor_version_upgrade": "AutoMinorVersionUpgrade"}
    AT_CREATE = {**MEMBERS, "engine": "Engine", "num_cache_nodes": "NumCacheNodes", "port": "Port",
                 "subnet_group_name": "CacheSubnetGroupName", "availability_zone": "PreferredAvailabilityZone",
                 "preferred_availability_zones": "PreferredAvailabilityZones"}

    def create(self, config, tags):
        config = {"auto_minor_version_upgrade": True, **config}
        made = self.call("create_cache_cluster", CacheClusterId=config["cluster_id"],
                         SecurityGroupIds=sorted(config.get("security_group_ids", ())),  # an empty list goes onto the wire
                         **given(config, self.AT_CREATE), **self.tagged(tags))["CacheCluster"]
        resource_id = made["CacheClusterId"].lower()
        self.available(resource_id)
        return resource_id

    def find(self, resource_id, **show):
        cluster, = self.call("describe_cache_clusters", CacheClusterId=resource_id, **show)["CacheClusters"]
        return cluster

    def status(self, resource_id):
        cluster = self.found(resource_id)
        return cluster and cluster["CacheClusterStatus"]

    def available(self, resource_id):
        wait(lambda: self.status(resource_id), self.PENDING, "available")

    def read(self, resource_id):
        if self.found(resource_id) is None:
            return None
        cluster = self.find(resource_id, ShowCacheNodeInfo=True)
        nodes = sorted(cluster["CacheNodes"], key=lambda node: node["CacheNodeId"])
        zone = cluster["PreferredAvailabilityZone"]
        state = {**from_cluster(cluster), "arn": cluster["ARN"], "cluster_id": cluster["CacheClusterId"],
                 "log_delivery_configuration": cluster["LogDeliveryConfigurations"],
                 "snapshot_window": cluster.get("SnapshotWindow", ""),
                 "snapshot_retention_limit": cluster.get("SnapshotRetentionLimit", 0),
                 "num_cache_nodes": cluster["NumCacheNodes"], "replication_group_id": cluster.get("ReplicationGroupId", ""),
                 "notification_topic_arn": cluster.get("NotificationConfiguration", {}).get("TopicArn", ""),
                 "availability_zone": zone, "az_mode": "cross-az" if zone == "Multiple" else "single-az",
                 "ip_discovery": cluster["IpDiscovery"], "network_type": cluster["NetworkType"],
                 "transit_encryption_enabled": cluster["TransitEncryptionEnabled"], "preferred_outpost_arn": "",
                 "cache_nodes": [(node["CacheNodeId"], node["Endpoint"]["Address"], node["Endpoint"]["Port"],
                                  node["CustomerAvailabilityZone"]) for node in nodes]}
        if "ConfigurationEndpoint" in cluster:
            endpoint = cluster["ConfigurationEndpoint"]
            return {**state, "port": endpoint["Port"], "cluster_address": endpoint["Address"],
                    "configuration_endpoint": f"{endpoint['Address']}:{endpoint['Port']}"}
        return {**state, "port": nodes[0]["Endpoint"]["Port"]}

    def replaces(self, state, config):
        """Attributes that force a new cluster: a memcached cluster cannot change its node type."""
        forcing = ["engine", "port", "subnet_group_name", "availability_zone"]
        forcing += ["node_type"] if state["engine"] == "memcached" else []
        return [name for name in forcing if name in config and config[name] != state[name]]

    def update(self, state, config):
        assert not self.replaces(state, config)
        request = {self.MEMBERS[name]: config[name] for name in self.MEMBERS if name in config and config[name] != state[name]}
        old, new = state["num_cache_nodes"], config.get("num_cache_nodes", state["num_cache_nodes"])
        if new != old:
            request["NumCacheNodes"] = new
            if new < old:
                request["CacheNodeIdsToRemove"] = [f"{node:04}" for node in range(old, new, -1)]
            elif config.get("preferred_availability_zones"):
                request["NewAvailabilityZones"] = config["preferred_availability_zones"][old:]
        if "security_group_ids" in config and config["security_group_ids"] != state["security_group_ids"]:
            request["SecurityGroupIds"] = sorted(config["security_group_ids"])
        if request:
            self.call("modify_cache_cluster", CacheClusterId=state["id"],
                      ApplyImmediately=config.get("apply_immediately", False), **request)
            self.available(state["id"])

    def delete(self, resource_id):
        retry_when("InvalidCacheClusterState", lambda: self.call("delete_cache_cluster", CacheClusterId=resource_id))
        wait(lambda: self.status(resource_id), ("creating", "available", "modifying", "deleting", "snapshotting"), None)


class ParameterGroup(Resource):
    IDENTITY = "name"
    DEFAULTS = {"description": "Managed by Terraform", "parameter": {}}
    NOT_FOUND = "CacheParameterGroupNotFound"
    AT_ONCE = 20

    def create(self, config, tags):
        made = self.call("create_cache_parameter_group", CacheParameterGroupName=config["name"],
                         CacheParameterGroupFamily=config["family"],
                         Description=config.get("description", self.DEFAULTS["description"]),
                         **self.tagged(tags))["CacheParameterGroup"]
        assert made["ARN"], "the provider takes the ARN from the reply"
        self.update({"id": made["CacheParameterGroupName"], "parameter": {}}, config)
        return made["CacheParameterGroupName"]

    def find(self, resource_id):
        group, = self.call("describe_cache_parameter_groups", CacheParameterGroupName=resource_id)["CacheParameterGroups"]
        return group

    def read(self, resource_id):
        group = self.found(resource_id)
        if group is None:
            return None
        parameters = self.call("describe_cache_parameters", CacheParameterGroupName=resource_id, Source="user")["Parameters"]
        return {"arn": group["ARN"], "name": group["CacheParameterGroupName"], "family": group["CacheParameterGroupFamily"],
                "description": group["Description"],
                "parameter": {p["ParameterName"].lower(): p["ParameterValue"] for p in parameters if "ParameterValue" in p}}

    def update(self, state, config):
        old, new = state["parameter"], config.get("parameter", {})
        removed = {name: value for name, value in old.items() if name not in new}
        added = {name: value for name, value in new.items() if old.get(name) != value}
        for operation, values in (("reset_cache_parameter_group", removed), ("modify_cache_parameter_group", added)):
            pairs = [{"ParameterName": name, "ParameterValue": value} for name, value in values.items()]
            for first in range(0, len(pairs), self.AT_ONCE):
                call = lambda: self.call(operation, CacheParameterGroupName=config["name"],  # pylint: disable=W0640
                                         ParameterNameValues=pairs[first:first + self.AT_ONCE])
                # Only the reset is tried again: a change must be taken while the one before it is on its way to the nodes.
                if operation.startswith("reset"):
                    retry_when("InvalidCacheParameterGroupState", call, " has pending changes")
                else:
                    call()

    def delete(self, resource_id):
        retry_when("InvalidCacheParameterGroupState",
                   lambda: self.call("delete_cache_parameter_group", CacheParameterGroupName=resource_id))


class SubnetGroup(Resource):
    IDENTITY = "name"
    DEFAULTS = {"description": "Managed by Terraform"}
    NOT_FOUND = "CacheSubnetGroupNotFoundFault"

    def create(self, config, tags):
        self.call("create_cache_subnet_group", CacheSubnetGroupName=config["name"], SubnetIds=sorted(config["subnet_ids"]),
                  CacheSubnetGroupDescription=config.get("description", self.DEFAULTS["description"]), **self.tagged(tags))
        return config["name"].lower()

    def find(self, resource_id):
        group, = self.call("describe_cache_subnet_groups", CacheSubnetGroupName=resource_id)["CacheSubnetGroups"]
        return group

    def read(self, resource_id):
        group = self.found(resource_id)
        return group and {"arn": group["ARN"], "name": group["CacheSubnetGroupName"], "vpc_id": group["VpcId"],
                          "description": group["CacheSubnetGroupDescription"],
                          "subnet_ids": {subnet["SubnetIdentifier"] for subnet in group["Subnets"]}}

    def update(self, state, config):
        wanted = {**self.DEFAULTS, **config}
        if changed(state, wanted, "subnet_ids", "description"):
            self.call("modify_cache_subnet_group", CacheSubnetGroupName=state["name"], SubnetIds=sorted(wanted["subnet_ids"]),
                      CacheSubnetGroupDescription=wanted["description"])

    def delete(self, resource_id):
        # Tried again only on EC2's DependencyViolation: a group whose caches are gone must go at the first try.
        self.call("delete_cache_subnet_group", CacheSubnetGroupName=resource_id)


class User(Resource):
    IDENTITY = "user_id"
    NOT_READ = {"passwords", "no_password_required"}
    ANY_CASE = {"engine"}
    NOT_FOUND = "UserNotFound"

    def create(self, config, tags):
        made = self.call("create_user", UserId=config["user_id"], UserName=config["user_name"], Engine=config["engine"],
                         AccessString=config["access_string"], NoPasswordRequired=config.get("no_password_required", False),
                         **self.authentication(config), **given(config, {"passwords": "Passwords"}), **self.tagged(tags))
        wait(lambda: self.status(made["UserId"]), ("creating",), "active")
        return made["UserId"]

    @staticmethod
    def authentication(config):
        mode = config.get("authentication_mode")
        if not mode:
            return {}
        return {"AuthenticationMode": {"Type": mode["type"], **({"Passwords": mode["passwords"]} if "passwords" in mode else {})}}

    def find(self, resource_id):
        user, = self.call("describe_users", UserId=resource_id)["Users"]
        return user

    def status(self, resource_id):
        user = self.found(resource_id)
        return user and user["Status"]

    def read(self, resource_id):
        if self.found(resource_id) is None:
            return None
        wait(lambda: self.status(resource_id), ("modifying",), "active")
        user = self.find(resource_id)
        return {"arn": user["ARN"], "user_id": user["UserId"], "user_name": user["UserName"], "engine": user["Engine"],
                "access_string": user["AccessString"], "authentication_mode.type": user["Authentication"]["Type"],
                "authentication_mode.password_count": user["Authentication"].get("PasswordCount", 0)}

    def plan(self, config, state):
        flat = {name: value for name, value in config.items() if name != "authentication_mode"}
        if "authentication_mode" in config:
            flat["authentication_mode.type"] = config["authentication_mode"]["type"]
        return super().plan(flat, state)

    def update(self, state, config):
        members = {"access_string": "AccessString", "passwords": "Passwords", "no_password_required": "NoPasswordRequired"}
        request = {members[name]: config[name] for name in members if name in config and config[name] != state.get(name)}
        if request:  # a change of tags alone asks for nothing
            self.call("modify_user", UserId=state["id"], **request)
            wait(lambda: self.status(state["id"]), ("modifying",), "active")

    def delete(self, resource_id):
        self.call("delete_user", UserId=resource_id)
        wait(lambda: self.status(resource_id), ("deleting",), None)


class UserGroup(Resource):
    IDENTITY = "user_group_id"
    ANY_CASE = {"engine"}
    NOT_FOUND = "UserGroupNotFound"
    PENDING = ("creating", "modifying")

    def create(self, config, tags):
        made = self.call("create_user_group", UserGroupId=config["user_group_id"], Engine=config["engine"],
                         UserIds=sorted(config["user_ids"]), **self.tagged(tags))
        wait(lambda: self.status(made["UserGroupId"]), self.PENDING, "active")
        return made["UserGroupId"]

    def find(self, resource_id):
        group, = self.call("describe_user_groups", UserGroupId=resource_id)["UserGroups"]
        return group

    def status(self, resource_id):
        group = self.found(resource_id)
        return group and group["Status"]

    def read(self, resource_id):
        group = self.found(resource_id)
        return group and {"arn": group["ARN"], "user_group_id": group["UserGroupId"], "engine": group["Engine"],
                          "user_ids": set(group["UserIds"])}

    def update(self, state, config):
        added, removed = sorted(config["user_ids"] - state["user_ids"]), sorted(state["user_ids"] - config["user_ids"])
        request = {**({"UserIdsToAdd": added} if added else {}), **({"UserIdsToRemove": removed} if removed else {})}
        if request:
            self.call("modify_user_group", UserGroupId=state["id"], **request)
            wait(lambda: self.status(state["id"]), self.PENDING, "active")

    def delete(self, resource_id):
        self.call("delete_user_group", UserGroupId=resource_id)
        wait(lambda: self.status(resource_id), ("deleting",), None)
