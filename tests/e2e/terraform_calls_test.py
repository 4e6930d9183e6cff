"""Terraform's calls, replayed: create, refresh, plan, update and destroy of all six aws_elasticache_* resources. After every
apply the plan must be empty, twice: what the lab reads back is what the configuration says."""
import unittest
import warnings
import xml.etree.ElementTree as ElementTree

from botocore.exceptions import ClientError

from lab import LabTest, redis
from terraform_provider import Connection, code_of, read_like_go
from terraform_resources import Cluster, ParameterGroup, ReplicationGroup, SubnetGroup, User, UserGroup

# More parameters than one call may have, for which 7 is a good value.
NUMBERS = ("acllog-max-len", "active-defrag-cycle-min", "active-expire-effort", "hash-max-listpack-entries",
            "hash-max-listpack-value", "hll-sparse-max-bytes", "lfu-decay-time", "lfu-log-factor", "list-compress-depth",
            "maxmemory-samples", "min-replicas-max-lag", "repl-backlog-ttl", "reserved-memory-percent",
            "set-max-intset-entries", "slowlog-log-slower-than", "slowlog-max-len", "stream-node-max-entries",
            "tcp-keepalive", "tracking-table-max-keys", "zset-max-listpack-entries", "zset-max-listpack-value")
TAGS = {"Project": "elastilab-example", "env": "dev"}


class TerraformTest(LabTest):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore", ResourceWarning)  # botocore leaves its connections to the garbage collector
        super().setUpClass()
        cls.connection = Connection(f"http://127.0.0.1:{cls.lab.http_port}")

    def made(self, kind, **config):
        """(resource, state) after a first apply; destroyed after the test unless the test did so."""
        resource = kind(self.connection)
        self.addCleanup(self.destroy, resource, config[kind.IDENTITY].lower())
        return resource, self.applied(resource, config)

    def applied(self, resource, config, state=None):
        state = resource.apply(config, state)
        self.assertEqual(resource.plan(config, state), {}, "the plan after apply is not empty")
        self.assertEqual(resource.refresh(state["id"], state), state, "two refreshes differ")
        return state

    def destroy(self, resource, resource_id):
        if resource.found(resource_id) is not None:
            resource.delete(resource_id)
        self.assertIsNone(resource.refresh(resource_id))


class ReplicationGroupTest(TerraformTest):
    CONFIG = {"replication_group_id": "tf-group", "description": "made by Terraform", "engine": "redis", "engine_version": "7.0",
              "node_type": "cache.t3.micro", "num_cache_clusters": 2, "automatic_failover_enabled": True,
              "multi_az_enabled": True, "maintenance_window": "sun:05:00-sun:06:00", "apply_immediately": True, "tags": TAGS}

    def test_every_attribute_that_can_change_in_place(self):
        group, state = self.made(ReplicationGroup, **self.CONFIG)
        self.assertEqual(redis(state["primary_endpoint_address"], "SET", "k", "v", port=state["port"]), "OK")
        config = self.CONFIG
        for change in ({"tags": {"env": "prod", "Owner": ""}}, {"node_type": "cache.t3.small"}, {"num_cache_clusters": 3},
                       {"description": "wider", "maintenance_window": "mon:03:00-mon:04:00"}, {"engine_version": "7.1"},
                       {"num_cache_clusters": 2}, {"multi_az_enabled": False}, {"auto_minor_version_upgrade": False},
                       {"automatic_failover_enabled": False, "num_cache_clusters": 1},
                       {"automatic_failover_enabled": True, "multi_az_enabled": True, "num_cache_clusters": 3},
                       {"snapshot_window": "01:00-02:00"}, {"security_group_ids": {"sg-0a", "sg-0b"}}, {"tags": {}}):
            with self.subTest(change):
                config = {**config, **change}
                self.assertTrue(set(group.plan(config, state)), "the change is not seen")
                state = self.applied(group, config, state)
        self.assertEqual(redis(state["primary_endpoint_address"], "GET", "k"), "v")
        group.delete(state["id"])

    def test_as_little_as_can_be_configured(self):
        _, state = self.made(ReplicationGroup, replication_group_id="TF-Least", description="d", node_type="cache.t3.micro")
        self.assertEqual((state["replication_group_id"], state["engine"], state["num_cache_clusters"]), ("tf-least", "redis", 1))

    def test_several_changes_at_once(self):
        group, state = self.made(ReplicationGroup, **{**self.CONFIG, "replication_group_id": "tf-many"})
        self.applied(group, {**self.CONFIG, "replication_group_id": "tf-many", "node_type": "cache.t3.medium",
                             "engine_version": "7.1", "num_cache_clusters": 3, "description": "all", "tags": {"a": "b"}}, state)

    def test_zones_are_kept(self):
        zones = ["us-east-1c", "us-east-1a", "us-east-1b"]
        _, state = self.made(ReplicationGroup, **{**self.CONFIG, "replication_group_id": "tf-zones", "num_cache_clusters": 3,
                                                  "preferred_cache_cluster_azs": zones})
        shard, = state["node_group_configuration"]
        self.assertEqual([shard["primary_availability_zone"], *shard["replica_availability_zones"]], zones)

    def test_changes_behind_terraforms_back_are_in_the_plan(self):
        config = {**self.CONFIG, "replication_group_id": "tf-drift"}
        group, state = self.made(ReplicationGroup, **config)
        self.connection("modify_replication_group", ReplicationGroupId="tf-drift", ReplicationGroupDescription="by hand",
                        CacheNodeType="cache.t3.small", ApplyImmediately=True)
        group.update_tags(state, {**TAGS, "by": "hand"})  # tried again while the group is being modified
        group.available("tf-drift")
        drifted = group.refresh("tf-drift")
        self.assertEqual(set(group.plan(config, drifted)), {"description", "node_type", "tags"})
        self.applied(group, config, {**drifted, "id": "tf-drift"})
        group.delete("tf-drift")
        self.assertEqual(group.plan(config, group.refresh("tf-drift")), {"": (None, "create")})


class ClusterTest(TerraformTest):
    def test_redis(self):
        config = {"cluster_id": "tf-redis", "engine": "redis", "engine_version": "7.0", "node_type": "cache.t3.micro",
                  "num_cache_nodes": 1, "maintenance_window": "sun:05:00-sun:06:00", "apply_immediately": True, "tags": TAGS}
        cluster, state = self.made(Cluster, **config)
        for change in ({"node_type": "cache.t3.small"}, {"tags": {"env": "prod"}}, {"engine_version": "7.1"},
                       {"maintenance_window": "mon:03:00-mon:04:00", "auto_minor_version_upgrade": False},
                       {"snapshot_window": "09:00-10:00"}, {"security_group_ids": {"sg-0a"}}):
            with self.subTest(change):
                config = {**config, **change}
                self.assertTrue(set(cluster.plan(config, state)))
                state = self.applied(cluster, config, state)
        cluster.delete("tf-redis")

    def test_memcached(self):
        config = {"cluster_id": "tf-pages", "engine": "memcached", "engine_version": "1.6.17", "node_type": "cache.t3.micro",
                  "num_cache_nodes": 2, "az_mode": "cross-az", "parameter_group_name": "default.memcached1.6",
                  "apply_immediately": True, "preferred_availability_zones": ["us-east-1a", "us-east-1b"], "tags": TAGS}
        cluster, state = self.made(Cluster, **config)
        self.assertRegex(state["configuration_endpoint"], r":11211$")
        for change in ({"num_cache_nodes": 3, "preferred_availability_zones": ["us-east-1a", "us-east-1b", "us-east-1c"]},
                       {"num_cache_nodes": 1, "az_mode": "single-az", "preferred_availability_zones": ["us-east-1a"]},
                       {"engine_version": "1.6.22"}, {"tags": {}}):
            with self.subTest(change):
                config = {**config, **change}
                self.assertTrue(set(cluster.plan(config, state)))
                state = self.applied(cluster, config, state)
        # A memcached cluster of another size is a new cluster of the same name.
        config = {**config, "node_type": "cache.t3.small"}
        self.assertEqual(cluster.replaces(state, config), ["node_type"])
        cluster.delete("tf-pages")
        self.applied(cluster, config)

    def test_defaults(self):
        for engine, port in (("redis", 6379), ("memcached", 11211)):
            _, state = self.made(Cluster, cluster_id=f"tf-{engine}-least", engine=engine, node_type="cache.t3.micro",
                                 num_cache_nodes=1)
            self.assertEqual((state["port"], state["az_mode"]), (port, "single-az"))


class GroupsTest(TerraformTest):
    """The resources that a cache refers to, and destroying them in Terraform's order."""

    def test_parameters_in_twenties(self):
        parameters = {**{name: "7" for name in NUMBERS}, "maxmemory-policy": "allkeys-lru"}
        config = {"name": "TF-Parameters", "family": "redis7", "parameter": parameters, "tags": TAGS}
        group, state = self.made(ParameterGroup, **config)
        self.assertEqual(len(state["parameter"]), 22)
        for change in ({"parameter": {**parameters, "maxmemory-policy": "volatile-lru"}},
                       {"parameter": {"maxmemory-policy": "noeviction"}}, {"parameter": {}}, {"tags": {"a": "b"}}):
            with self.subTest(change):
                config = {**config, **change}
                state = self.applied(group, config, state)

    def test_a_parameter_set_to_its_default_is_still_configured(self):
        self.made(ParameterGroup, name="tf-default-value", family="redis7", parameter={"timeout": "0", "maxmemory-samples": "3"})

    def test_reserved_memory_is_unknown_in_the_words_that_the_provider_knows(self):
        self.made(ParameterGroup, name="tf-reserved", family="redis7")
        with self.assertRaises(ClientError) as caught:
            self.connection("reset_cache_parameter_group", CacheParameterGroupName="tf-reserved",
                            ParameterNameValues=[{"ParameterName": "reserved-memory", "ParameterValue": "0"}])
        self.assertEqual(code_of(caught.exception), "InvalidParameterValue")
        self.assertIn("Parameter reserved-memory doesn't exist", str(caught.exception))

    def test_parameters_change_while_a_group_uses_them(self):
        config = {"name": "tf-used", "family": "redis7", "parameter": {"maxmemory-policy": "allkeys-lru"}}
        parameters, state = self.made(ParameterGroup, **config)
        self.made(ReplicationGroup, replication_group_id="tf-user", description="d", node_type="cache.t3.micro",
                  num_cache_clusters=2, engine_version="7.0", parameter_group_name="tf-used")
        for policy in ("volatile-lru", "allkeys-lfu", "noeviction"):
            config = {**config, "parameter": {"maxmemory-policy": policy, "timeout": "20"}}
            state = self.applied(parameters, config, state)
        # A reset and a change, then two changes of twenty: each call follows the one before it at once.
        state = self.applied(parameters, {**config, "parameter": {"maxmemory-samples": "4"}}, state)
        state = self.applied(parameters, {**config, "parameter": {name: "7" for name in NUMBERS}}, state)
        self.applied(parameters, {**config, "parameter": {}}, state)

    def test_subnets(self):
        config = {"name": "TF-Subnets", "subnet_ids": {"subnet-0a000001", "subnet-0a000002"}, "tags": TAGS}
        group, state = self.made(SubnetGroup, **config)
        self.assertRegex(state["vpc_id"], r"^vpc-")
        for change in ({"subnet_ids": {"subnet-0a000002", "subnet-0a000003"}}, {"description": "three & more"},
                       {"subnet_ids": {f"subnet-{n}" for n in range(10)}}, {"tags": {}}):
            config = {**config, **change}
            state = self.applied(group, config, state)

    def test_destroyed_in_order_each_at_the_first_try(self):
        subnets, _ = self.made(SubnetGroup, name="tf-order", subnet_ids={"subnet-0a000001", "subnet-0a000002"})
        parameters, _ = self.made(ParameterGroup, name="tf-order", family="redis7")
        group, _ = self.made(ReplicationGroup, replication_group_id="tf-order", description="d", node_type="cache.t3.micro",
                             engine_version="7.0", num_cache_clusters=2, subnet_group_name="tf-order",
                             parameter_group_name="tf-order", port=6380)
        cluster, _ = self.made(Cluster, cluster_id="tf-order-c", engine="redis", node_type="cache.t3.micro", num_cache_nodes=1,
                               engine_version="7.0", subnet_group_name="tf-order", parameter_group_name="tf-order")
        with self.assertRaises(ClientError) as caught:
            subnets.delete("tf-order")
        self.assertEqual(code_of(caught.exception), "CacheSubnetGroupInUse")
        for resource, resource_id in ((group, "tf-order"), (cluster, "tf-order-c"), (subnets, "tf-order")):
            resource.delete(resource_id)
        parameters.call("delete_cache_parameter_group", CacheParameterGroupName="tf-order")


class UsersTest(TerraformTest):
    USER = {"engine": "redis", "access_string": "on ~app:* -@all +@read", "passwords": ["a-password-of-24-letters"]}

    def test_a_users_life(self):
        config = {"user_id": "tf-app", "user_name": "app", **self.USER, "tags": TAGS}
        user, state = self.made(User, **config)
        for change in ({"access_string": "on ~app:* -@all +@read +@write"}, {"tags": {"env": "prod"}}, {"engine": "REDIS"},
                       {"passwords": ["a-password-of-24-letters", "another-password-of-32-characters"]}):
            config = {**config, **change}
            state = self.applied(user, config, state)
        self.assertEqual(state["authentication_mode.password_count"], 2)
        user.delete("tf-app")

    def test_the_ways_to_authenticate(self):
        rules = {"engine": "redis", "access_string": "on ~* -@all +@read"}
        self.made(User, user_id="tf-open", user_name="open", no_password_required=True, **rules)
        self.made(User, user_id="tf-mode", user_name="mode", **rules,
                  authentication_mode={"type": "password", "passwords": ["a-password-of-24-letters"]})
        self.made(User, user_id="tf-iam", user_name="tf-iam", **rules, authentication_mode={"type": "iam"})

    def test_the_access_string_of_the_providers_manual(self):
        self.made(User, user_id="tf-manual", user_name="manual", engine="redis", passwords=["password123456789"],
                  access_string="on ~app::* -@all +@read +@hash +@bitmap +@geo -setbit -bitfield -hset -hsetnx -hmset -hincrby "
                                "-hincrbyfloat -hdel -bitop -geoadd -georadius -georadiusbymember")

    def test_a_groups_life(self):
        _, default = self.made(User, user_id="tf-default", user_name="default", **self.USER)
        _, one = self.made(User, user_id="tf-one", user_name="one", **self.USER)
        _, two = self.made(User, user_id="tf-two", user_name="two", **self.USER)
        config = {"user_group_id": "tf-group", "engine": "REDIS", "user_ids": {default["id"], one["id"]}, "tags": TAGS}
        group, state = self.made(UserGroup, **config)
        for change in ({"user_ids": {default["id"], one["id"], two["id"]}}, {"user_ids": {default["id"], two["id"]}},
                       {"user_ids": {default["id"], one["id"]}}, {"tags": {"env": "prod"}}):
            config = {**config, **change}
            state = self.applied(group, config, state)
        group.delete("tf-group")


class ReaderTest(TerraformTest):
    def test_the_strict_reader_is_strict(self):
        """What this file's checks are worth: names and forms that Go would not read are refused."""
        shape = self.connection.client.meta.service_model.operation_model("DescribeReplicationGroups").output_shape
        text = ('<R xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><ReplicationGroups><{0}><ClusterEnabled>{1}'
                '</ClusterEnabled><SnapshotRetentionLimit>{2}</SnapshotRetentionLimit></{0}></ReplicationGroups></R>')
        read = lambda *words: read_like_go(shape, ElementTree.fromstring(text.format(*words)), "")
        read("ReplicationGroup", "true", "0")
        for words in (("member", "true", "0"), ("ReplicationGroup", "True", "0"), ("ReplicationGroup", "true", "0.0")):
            with self.assertRaises(AssertionError):
                read(*words)


if __name__ == "__main__":
    unittest.main(verbosity=2)
