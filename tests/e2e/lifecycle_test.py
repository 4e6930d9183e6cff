"""Clusters are made, used, described, changed and deleted; wrong wishes are refused with the service's code."""
import re
import unittest

from lab import LabTest, Redis, eventually, memcached, redis


class RedisTest(LabTest):
    def test_one_node(self):
        self.create("one", "--engine", "redis")
        endpoint = self.lab.endpoint("one")
        self.assertEqual(redis(endpoint, "SET", "k", "v"), "OK")
        self.assertEqual(redis(self.lab.endpoint("one", "reader"), "GET", "k"), "v")

    def test_available_means_that_every_endpoint_is_open(self):
        for i in range(5):
            self.create(f"open{i}", "--engine", "redis", "--replicas", "1")
            endpoints = {end["Kind"]: end["Address"] for end in self.lab.topology(f"open{i}")["Endpoints"]}
            self.assertEqual(redis(endpoints["primary"], "SET", "k", "v"), "OK")
            self.assertEqual(redis(endpoints["reader"], "ROLE")[0], "slave")

    def test_each_member_is_a_cache_cluster(self):
        self.create("members", "--engine", "redis", "--replicas", "2", "--multi-az")
        group = self.lab.group("members")
        self.assertEqual(group["MemberClusters"], ["members-001", "members-002", "members-003"])
        self.assertEqual((group["MultiAZ"], group["AutomaticFailover"], group["Engine"]), ("enabled", "enabled", "redis"))
        shard = group["NodeGroups"][0]
        self.assertEqual(shard["PrimaryEndpoint"]["Address"], self.lab.endpoint("members"))
        self.assertEqual([m["CurrentRole"] for m in shard["NodeGroupMembers"]], ["primary", "replica", "replica"])
        for name in group["MemberClusters"]:
            cluster = self.lab.cluster(name)
            self.assertEqual((cluster["CacheClusterStatus"], cluster["ReplicationGroupId"]), ("available", "members"))
            address = cluster["CacheNodes"][0]["Endpoint"]["Address"]
            self.assertEqual(redis(address, "PING"), "PONG")

    def test_the_reader_endpoint_spreads_over_all_replicas(self):
        self.create("spread", "--engine", "redis", "--replicas", "2")
        reader = self.lab.endpoint("spread", "reader")
        seen = set()
        for _ in range(200):
            info = redis(reader, "INFO", "server")
            seen.add(re.search(r"run_id:(\w+)", info).group(1))
            if len(seen) == 2:
                break
        self.assertEqual(len(seen), 2)
        self.assertEqual(redis(reader, "ROLE")[0], "slave")

    def test_what_the_service_withholds(self):
        self.create("withheld", "--engine", "redis")
        endpoint = self.lab.endpoint("withheld")
        for command in (("CONFIG", "GET", "*"), ("REPLICAOF", "NO", "ONE"), ("DEBUG", "SLEEP", "1"), ("SAVE",),
                        ("SHUTDOWN",), ("ACL", "SETUSER", "x")):
            with self.assertRaises(Redis.Error, msg=str(command)):
                redis(endpoint, *command)
        self.assertEqual(redis(endpoint, "ACL", "WHOAMI"), "default")

    def test_maxmemory_is_the_node_types(self):
        self.create("sized", "--engine", "redis", "--node-type", "cache.t3.micro")
        info = redis(self.lab.endpoint("sized"), "INFO", "memory")
        self.assertIn(f"maxmemory:{536870912 * 75 // 100}", info)

    def test_a_replica_is_added_and_removed(self):
        self.create("grow", "--engine", "redis", "--replicas", "1")
        endpoint = self.lab.endpoint("grow")
        redis(endpoint, "SET", "k", "v")
        self.lab.run("create-cache-cluster", "--cache-cluster-id", "grow-extra", "--replication-group-id", "grow")
        self.lab.settled("grow")
        node = self.lab.nodes("grow")["grow-extra"]
        eventually(lambda: redis(node["Address"], "GET", "k") == "v", what="the new replica has the data")
        self.lab.run("delete-cache-cluster", "--cache-cluster-id", "grow-extra")
        eventually(lambda: len(self.lab.group("grow")["MemberClusters"]) == 2, what="the replica is gone")
        self.lab.settled("grow")

    def test_deleted_means_no_process_and_no_row(self):
        before = set(self.lab.processes())
        self.lab.run("create-cluster", "gone", "--engine", "redis", "--replicas", "1")
        self.lab.run("delete-cluster", "gone")
        self.assertRefused("ReplicationGroupNotFoundFault", "describe-replication-groups", "--replication-group-id", "gone")
        self.assertEqual(set(self.lab.processes()) - before, set())
        self.lab.run("create-cluster", "gone", "--engine", "redis")
        self.assertIsNone(redis(self.lab.endpoint("gone"), "GET", "k"))
        self.lab.run("delete-cluster", "gone")

    def test_tags_and_events(self):
        self.create("tagged", "--engine", "redis")
        arn = self.lab.group("tagged")["ARN"]
        self.lab.run("add-tags-to-resource", "--resource-name", arn, "--tags", "Key=team,Value=blue")
        self.assertEqual(self.lab.json("list-tags-for-resource", "--resource-name", arn)["TagList"],
                         [{"Key": "team", "Value": "blue"}])
        member = self.lab.cluster("tagged-001")["ARN"]
        self.assertEqual(self.lab.json("list-tags-for-resource", "--resource-name", member)["TagList"],
                         [{"Key": "team", "Value": "blue"}])
        self.assertIn("Cache cluster created", self.lab.events(source_type="cache-cluster", source_identifier="tagged-001"))

    def test_wrong_wishes_are_refused_and_leave_nothing(self):
        group = ("create-replication-group", "--replication-group-description", "d", "--replication-group-id")
        for code, words in [
                ("InvalidParameterValue", group + ("1st",)),
                ("InvalidParameterValue", group + ("double--hyphen",)),
                ("InvalidParameterCombination", group + ("x", "--automatic-failover-enabled", "--num-cache-clusters", "1")),
                ("InvalidParameterValue", group + ("x", "--num-cache-clusters", "7")),
                ("InvalidParameterValue", group + ("x", "--cache-node-type", "cache.huge")),
                ("InvalidParameterCombination", group + ("x", "--engine-version", "9.9")),
                ("InvalidParameterValue", group + ("x", "--engine-version", "6.2.6")),
                ("InvalidParameterValue", group + ("x", "--preferred-maintenance-window", "sun:05:00-sun:05:30")),
                ("InvalidParameterValue", ("create-cache-cluster", "--cache-cluster-id", "x", "--engine", "redis",
                                           "--num-cache-nodes", "2")),
                ("CacheClusterNotFound", ("describe-cache-clusters", "--cache-cluster-id", "nobody")),
                ("ReplicationGroupNotFoundFault", ("delete-replication-group", "--replication-group-id", "nobody")),
        ]:
            with self.subTest(words=words):
                self.assertRefused(code, *words)
        self.assertEqual(self.lab.json("describe-replication-groups").get("ReplicationGroups", []), [])

    def test_a_name_is_taken_once(self):
        self.create("taken", "--engine", "redis")
        self.assertRefused("ReplicationGroupAlreadyExists", "create-replication-group", "--replication-group-id", "taken",
                           "--replication-group-description", "again")


class MemcachedTest(LabTest):
    def discovery(self, name):
        reply = memcached(self.lab.endpoint(name, "configuration"), b"config get cluster\r\n").decode()
        match = re.match(r"CONFIG cluster 0 (\d+)\r\n(\d+)\n(.*)\n\r\nEND\r\n$", reply, re.S)
        self.assertTrue(match, repr(reply))
        payload = f"{match.group(2)}\n{match.group(3)}\n"
        self.assertEqual(int(match.group(1)), len(payload))
        return int(match.group(2)), [tuple(node.split("|")) for node in match.group(3).split(" ")]

    def test_three_nodes_with_discovery(self):
        self.create("pages", "--engine", "memcached", "--nodes", "3")
        nodes = self.lab.nodes("pages")
        self.assertEqual(len(nodes), 3)
        version, listed = self.discovery("pages")
        self.assertGreaterEqual(version, 1)
        self.assertEqual(sorted(node["Address"] for node in nodes.values()), sorted(ip for _, ip, _ in listed))
        for i, node in enumerate(nodes.values()):
            value = f"v{i}".encode()
            self.assertEqual(memcached(node["Address"], b"set k 0 0 2\r\n%s\r\n" % value, end=b"STORED\r\n"), b"STORED\r\n")
        for i, node in enumerate(nodes.values()):
            self.assertIn(f"v{i}".encode(), memcached(node["Address"], b"get k\r\n"), "nodes share nothing")

    def test_a_killed_node_comes_back_empty_and_stays_listed(self):
        self.create("back", "--engine", "memcached", "--nodes", "2")
        version, listed = self.discovery("back")
        node = self.lab.nodes("back")["back/0002"]
        memcached(node["Address"], b"set k 0 0 1\r\nv\r\n", end=b"STORED\r\n")
        self.lab.run("fault", "kill-node", "back/0002")
        eventually(lambda: memcached(node["Address"], b"get k\r\n") == b"END\r\n", what="the node is back, empty")
        self.assertEqual(self.discovery("back"), (version, listed))
        eventually(lambda: "Finished recovery for cache nodes 0002" in self.lab.events(), what="the event")

    def test_nodes_come_and_go(self):
        self.create("resize", "--engine", "memcached", "--nodes", "2")
        version, _ = self.discovery("resize")
        modify = ("modify-cache-cluster", "--cache-cluster-id", "resize", "--apply-immediately", "--num-cache-nodes")
        self.lab.run(*modify, "3")
        eventually(lambda: len(self.discovery("resize")[1]) == 3, what="the third node is listed")
        self.assertGreater(self.discovery("resize")[0], version)
        eventually(lambda: self.lab.cluster("resize")["CacheClusterStatus"] == "available", what="resize available")
        self.lab.run(*modify, "2", "--cache-node-ids-to-remove", "0001")
        eventually(lambda: len(self.discovery("resize")[1]) == 2, what="the first node has left the list")
        eventually(lambda: sorted(self.lab.nodes("resize")) == ["resize/0002", "resize/0003"], what="it is gone")

    def test_no_replication_and_no_backup(self):
        self.assertRefused("InvalidParameter", "create-cache-cluster", "--cache-cluster-id", "x", "--engine", "memcached",
                           "--num-cache-nodes", "1", "--cache-node-type", "cache.t3.micro", "--snapshot-retention-limit", "1")


if __name__ == "__main__":
    unittest.main(verbosity=2)
