"""A group loses its primary in every way there is, and goes on."""
import os
import signal
import time
import unittest

from lab import LabTest, Redis, eventually, redis


class FailoverTest(LabTest):
    def write_until_accepted(self, address, key, value, seconds=5.0):
        """Seconds until a write is accepted on the endpoint."""
        start = time.monotonic()
        eventually(lambda: redis(address, "SET", key, value) == "OK", seconds, f"a write on {address}")
        return time.monotonic() - start

    def read_on(self, address, key):
        """An engine that changes its addresses closes all of them for an instant: a client tries again."""
        return eventually(lambda: redis(address, "GET", key), 1.0, f"{key} on {address}")

    def assertOnePrimary(self, name):
        roles = [redis(n["Address"], "ROLE")[0] for n in self.lab.nodes(name).values() if n["Phase"] == "ready"]
        self.assertEqual(roles.count("master"), 1, roles)

    def test_killed_primary(self):
        self.create("demo", "--engine", "redis", "--replicas", "2", "--multi-az")
        endpoint = self.lab.endpoint("demo")
        self.assertEqual(redis(endpoint, "SET", "k", "v"), "OK")
        before = self.lab.nodes("demo")
        self.assertEqual(before["demo-001"]["Role"], "primary")
        self.assertEqual(len({n["Zone"] for n in before.values()}), 3, "Multi-AZ spreads")
        redis(endpoint, "WAIT", "2", "1000")

        self.lab.run("fault", "kill-node", "demo-001")
        self.write_until_accepted(endpoint, "after", "1")
        self.assertEqual(self.read_on(endpoint, "k"), "v")

        self.lab.settled("demo")
        after = self.lab.nodes("demo")
        self.assertEqual(after["demo-001"]["Role"], "replica")
        self.assertEqual(after["demo-001"]["Address"], before["demo-001"]["Address"])
        self.assertEqual(after["demo-001"]["Zone"], before["demo-001"]["Zone"])
        self.assertNotEqual(after["demo-001"]["Pid"], before["demo-001"]["Pid"])
        self.assertOnePrimary("demo")
        eventually(lambda: redis(after["demo-001"]["Address"], "GET", "after") == "1", what="the replacement has the data")

        new_primary = next(name for name, node in after.items() if node["Role"] == "primary")
        self.assertEqual(self.lab.endpoint("demo"), endpoint)
        wanted = [f"Failover from primary node demo-001 to replica node {new_primary} completed",
                  "Recovering cache nodes 0001", "Finished recovery for cache nodes 0001"]
        told = [event["Message"] for event in reversed(self.lab.json("describe-events")["Events"])
                if event["SourceIdentifier"].startswith("demo")]
        positions = [told.index(text) for text in wanted]
        self.assertEqual(positions, sorted(positions), told)

    def test_hung_primary(self):
        self.create("hung", "--engine", "redis", "--replicas", "1")
        endpoint = self.lab.endpoint("hung")
        redis(endpoint, "SET", "k", "v")
        redis(endpoint, "WAIT", "1", "1000")
        self.lab.run("fault", "stop-node", "hung-001")
        took = self.write_until_accepted(endpoint, "after", "1")
        self.assertLess(took, 3.0)
        self.assertEqual(self.read_on(endpoint, "k"), "v")
        self.lab.settled("hung")
        self.assertOnePrimary("hung")

    def test_lost_zone(self):
        self.create("zoned", "--engine", "redis", "--replicas", "2", "--multi-az")
        endpoint = self.lab.endpoint("zoned")
        redis(endpoint, "SET", "k", "v")
        redis(endpoint, "WAIT", "2", "1000")
        zone = self.lab.nodes("zoned")["zoned-001"]["Zone"]
        self.lab.run("fault", "lose-zone", zone)
        self.addCleanup(self.lab.run, "fault", "restore-zone", zone, check=False)
        self.write_until_accepted(endpoint, "after", "1")
        self.assertEqual(self.read_on(endpoint, "k"), "v")
        eventually(lambda: self.lab.group("zoned")["Status"] == "available", what="the group without the zone")
        self.assertNotEqual(self.lab.cluster("zoned-001")["CacheClusterStatus"], "available")
        self.lab.run("fault", "restore-zone", zone)
        self.lab.settled("zoned")
        node = self.lab.nodes("zoned")["zoned-001"]
        self.assertEqual((node["Role"], node["Zone"]), ("replica", zone))
        eventually(lambda: redis(node["Address"], "GET", "after") == "1", what="the zone's node has the data")

    def test_killed_replica(self):
        self.create("repl", "--engine", "redis", "--replicas", "2")
        endpoint, reader = self.lab.endpoint("repl"), self.lab.endpoint("repl", "reader")
        redis(endpoint, "SET", "k", "v")
        redis(endpoint, "WAIT", "2", "1000")
        with Redis(endpoint) as client:
            self.lab.run("fault", "kill-node", "repl-002")
            for i in range(200):
                self.assertEqual(client("SET", f"k{i}", i), "OK")
        self.assertEqual(redis(reader, "GET", "k"), "v")
        self.lab.settled("repl")
        self.assertEqual(self.lab.nodes("repl")["repl-001"]["Role"], "primary")
        self.assertOnePrimary("repl")

    def test_test_failover(self):
        self.create("tested", "--engine", "redis", "--replicas", "1")
        endpoint = self.lab.endpoint("tested")
        redis(endpoint, "SET", "k", "v")
        redis(endpoint, "WAIT", "1", "1000")
        self.lab.run("test-failover", "--replication-group-id", "tested", "--node-group-id", "0001")
        eventually(lambda: self.lab.nodes("tested")["tested-002"]["Role"] == "primary", what="the roles swapped")
        self.lab.settled("tested")
        self.assertEqual(self.read_on(endpoint, "k"), "v")
        self.assertIn("Test Failover API called for node group 0001", self.lab.events())

    def test_manual_promotion_keeps_every_write(self):
        self.create("manual", "--engine", "redis", "--replicas", "1")
        endpoint = self.lab.endpoint("manual")
        self.lab.run("modify-replication-group", "--replication-group-id", "manual", "--no-automatic-failover-enabled",
                     "--apply-immediately")
        for i in range(100):
            redis(endpoint, "SET", f"k{i}", i)
        pid = self.lab.nodes("manual")["manual-001"]["Pid"]
        eventually(lambda: self.lab.group("manual")["Status"] == "available", what="manual available")
        self.lab.run("modify-replication-group", "--replication-group-id", "manual", "--primary-cluster-id", "manual-002",
                     "--apply-immediately")
        eventually(lambda: self.lab.nodes("manual")["manual-002"]["Role"] == "primary", what="manual-002 promoted")
        self.lab.settled("manual")
        self.assertEqual(self.lab.nodes("manual")["manual-001"]["Pid"], pid, "the old primary's process lives on")
        self.assertEqual(redis(endpoint, "DBSIZE"), 100)

    def test_without_automatic_failover_the_primary_is_rebuilt(self):
        self.create("rebuilt", "--engine", "redis", "--replicas", "1")
        self.lab.run("modify-replication-group", "--replication-group-id", "rebuilt", "--no-automatic-failover-enabled",
                     "--apply-immediately")
        eventually(lambda: self.lab.group("rebuilt")["AutomaticFailover"] == "disabled", what="failover off")
        endpoint = self.lab.endpoint("rebuilt")
        redis(endpoint, "SET", "k", "v")
        redis(endpoint, "WAIT", "1", "1000")
        self.lab.run("fault", "kill-node", "rebuilt-001")
        self.write_until_accepted(endpoint, "after", "1", seconds=15)
        self.assertEqual(self.read_on(endpoint, "k"), "v")
        self.lab.settled("rebuilt")
        self.assertEqual(self.lab.nodes("rebuilt")["rebuilt-001"]["Role"], "primary")

    def test_whole_group_lost_comes_back_cold(self):
        self.create("cold", "--engine", "redis", "--replicas", "1")
        endpoint = self.lab.endpoint("cold")
        redis(endpoint, "SET", "k", "v")
        for node in self.lab.nodes("cold").values():
            os.kill(int(node["Pid"]), signal.SIGKILL)
        self.write_until_accepted(endpoint, "after", "1", seconds=15)
        self.lab.settled("cold")
        self.assertOnePrimary("cold")


if __name__ == "__main__":
    unittest.main(verbosity=2)
