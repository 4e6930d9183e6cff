"""Changes to a running group: at once, or when its window opens on the lab's clock; data and endpoint stay."""
import threading
import time
import unittest

from lab import LabTest, Redis, eventually, redis


class Writer:
    """Counts up on the endpoint, one write after the other, reconnecting when it must; notes what was acknowledged."""

    def __init__(self, address):
        self.address, self.acknowledged, self.longest_gap, self.stop = address, 0, 0.0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        client, last = None, time.monotonic()
        while not self.stop.is_set():
            try:
                client = client or Redis(self.address, timeout=1.0)
                client("SET", f"w{self.acknowledged}", "x")
                self.acknowledged += 1
                now = time.monotonic()
                self.longest_gap, last = max(self.longest_gap, now - last), now
            except (OSError, ConnectionError, Redis.Error):
                if client:
                    client.close()
                client = None
                self.stop.wait(0.001)
        if client:
            client.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def max_memory(address):
    with Redis(address) as client:
        return next(line.split(":")[1] for line in client("INFO", "memory").split("\r\n") if line.startswith("maxmemory:"))


class MaintenanceTest(LabTest):
    def modify(self, name, *words):
        self.lab.run("modify-replication-group", "--replication-group-id", name, *words)

    def runs(self, name, **wanted):
        """Every member is as wanted and the group is available again."""
        def fact():
            if self.lab.group(name)["Status"] != "available":
                return False
            members = [self.lab.cluster(member) for member in self.lab.group(name)["MemberClusters"]]
            return all(member[key] == value for member in members for key, value in wanted.items())
        eventually(fact, 30, f"{name} runs {wanted}")

    def test_a_larger_node_type_under_writes_loses_nothing(self):
        self.create("grow", "--engine", "redis", "--replicas", "2", "--multi-az", "--node-type", "cache.t4g.micro")
        endpoint = self.lab.endpoint("grow")
        small, before = max_memory(endpoint), self.lab.nodes("grow")
        with Writer(endpoint) as writer:
            eventually(lambda: writer.acknowledged > 100, what="writes flow")
            self.modify("grow", "--cache-node-type", "cache.t4g.small", "--apply-immediately")
            self.runs("grow", CacheNodeType="cache.t4g.small")
        self.assertLess(writer.longest_gap, 2.0)
        self.assertEqual(self.lab.endpoint("grow"), endpoint)
        self.assertGreater(int(max_memory(endpoint)), int(small))
        self.assertEqual(int(redis(endpoint, "DBSIZE")), writer.acknowledged, "every acknowledged write is there")
        after = self.lab.nodes("grow")
        for name, node in after.items():
            self.assertNotEqual(node["Pid"], before[name]["Pid"], f"{name} is a process of the new size")
            self.assertEqual(node["Address"], before[name]["Address"])
        self.assertEqual([n["Role"] for n in after.values()].count("primary"), 1)

    def test_a_lone_primary_keeps_its_data(self):
        self.create("lone", "--engine", "redis", "--node-type", "cache.t4g.micro")
        endpoint = self.lab.endpoint("lone")
        redis(endpoint, "SET", "k", "v")
        self.modify("lone", "--cache-node-type", "cache.t4g.small", "--apply-immediately")
        self.runs("lone", CacheNodeType="cache.t4g.small")
        self.assertEqual(redis(endpoint, "GET", "k"), "v")

    def test_an_upgrade_goes_to_every_member(self):
        self.create("up", "--engine", "redis", "--replicas", "1", "--engine-version", "6.2")
        endpoint = self.lab.endpoint("up")
        redis(endpoint, "SET", "k", "v")
        self.modify("up", "--engine-version", "7.0", "--apply-immediately")
        self.runs("up", EngineVersion="7.0.7")
        self.assertEqual(redis(endpoint, "GET", "k"), "v")
        member = self.lab.cluster("up-001")
        self.assertEqual(member["CacheParameterGroup"]["CacheParameterGroupName"], "default.redis7")
        self.assertRefused("InvalidParameterCombination", "modify-replication-group", "--replication-group-id", "up",
                           "--engine-version", "6.2", "--apply-immediately")

    def test_the_window_opens_when_the_clock_reaches_it(self):
        self.create("later", "--engine", "redis", "--replicas", "1", "--node-type", "cache.t4g.micro")
        self.create("pages", "--engine", "memcached", "--nodes", "1")
        self.modify("later", "--cache-node-type", "cache.t4g.small", "--no-apply-immediately")
        self.lab.run("modify-cache-cluster", "--cache-cluster-id", "pages", "--num-cache-nodes", "2", "--no-apply-immediately")
        self.assertEqual(self.lab.cluster("later-002")["PendingModifiedValues"].get("CacheNodeType"), "cache.t4g.small")
        self.assertEqual(self.lab.cluster("pages")["PendingModifiedValues"].get("NumCacheNodes"), 2)
        self.assertEqual(self.lab.cluster("later-001")["CacheNodeType"], "cache.t4g.micro", "nothing yet")
        self.lab.run("clock", "advance", "7d")
        self.runs("later", CacheNodeType="cache.t4g.small")
        eventually(lambda: self.lab.cluster("pages")["NumCacheNodes"] == 2, what="the second node")
        self.assertNotIn("CacheNodeType", self.lab.cluster("later-002")["PendingModifiedValues"])
        eventually(lambda: self.lab.cluster("pages")["CacheClusterStatus"] == "available", what="pages available")

    def test_a_queued_change_is_taken_back(self):
        self.create("back", "--engine", "redis", "--node-type", "cache.t4g.micro")
        self.modify("back", "--cache-node-type", "cache.t4g.small", "--no-apply-immediately")
        self.modify("back", "--cache-node-type", "cache.t4g.micro", "--apply-immediately")
        self.assertNotIn("CacheNodeType", self.lab.cluster("back-001")["PendingModifiedValues"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
