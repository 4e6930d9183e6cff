"""What a cache held stays held: busy and frozen engines, agents that are away, a lab that goes down in bad order.

Each story was a loss once: a copy that was emptied, a primary that was killed while it was only busy.
"""
import os
import signal
import subprocess
import threading
import time
import unittest

from lab import Lab, LabTest, Redis, eventually, redis

SPIN = "local t = redis.call('TIME')[1] + tonumber(ARGV[1]); while tonumber(redis.call('TIME')[1]) < t do end return 1"


def spin(address, seconds):
    """Keeps the engine busy from a connection of its own; the thread ends when the engine has answered."""
    def run():
        with Redis(address, timeout=seconds + 20) as client:
            client("EVAL", SPIN, 0, int(seconds))
    thread = threading.Thread(target=run)
    thread.start()
    return thread


def fill(address, keys):
    with Redis(address) as client:
        for key in range(keys):
            client("SET", f"k{key}", f"v{key}")


class HeldDataTest(LabTest):
    def test_a_busy_lone_cache_is_not_killed_while_its_agent_is_away(self):
        self.create("solo", "--engine", "redis")
        node = self.lab.nodes("solo")["solo-001"]
        endpoint = self.lab.endpoint("solo")
        fill(endpoint, 10)
        busy = spin(endpoint, 3)
        self.lab.run("fault", "kill-agent", node["Zone"])
        busy.join()
        eventually(lambda: redis(endpoint, "GET", "k9") == "v9", what="the key")
        self.lab.settled("solo")
        self.assertEqual(self.lab.nodes("solo")["solo-001"]["Pid"], node["Pid"], "it is the same process")

    def test_a_busy_primary_is_no_failover(self):
        self.create("busy", "--engine", "redis", "--replicas", "1")
        before = self.lab.settled("busy")
        endpoint = self.lab.endpoint("busy")
        fill(endpoint, 10)
        threads = [spin(endpoint, 3)]
        time.sleep(0.2)  # the script is the fault; its length is what is tested
        self.assertIn("busy", eventually(lambda: "busy" in self.lab.run("explain", "busy").stdout and
                                         self.lab.run("explain", "busy").stdout, what="explain says busy"))
        for thread in threads:
            thread.join()
        with Redis(endpoint) as client:
            client("CLIENT", "PAUSE", "2000")
        eventually(lambda: redis(endpoint, "GET", "k0") == "v0", what="an answer after the pause")
        after = self.lab.settled("busy")
        self.assertEqual([n["Pid"] for n in before["Nodes"]], [n["Pid"] for n in after["Nodes"]])
        self.assertEqual(self.lab.json("failovers", "busy").get("Failovers", []), [])

    def test_a_frozen_lone_cache_is_left_alone(self):
        self.create("ice", "--engine", "redis")
        node = self.lab.nodes("ice")["ice-001"]
        endpoint = self.lab.endpoint("ice")
        fill(endpoint, 10)
        self.lab.run("fault", "stop-node", "ice-001")
        eventually(lambda: any("kill -CONT" in event for event in self.lab.events()), what="users are told")
        self.assertNotEqual(self.lab.group("ice")["Status"], "available")
        self.lab.run("fault", "continue-node", "ice-001")
        self.lab.settled("ice")
        self.assertEqual(redis(endpoint, "GET", "k9"), "v9")
        self.assertEqual(self.lab.nodes("ice")["ice-001"]["Pid"], node["Pid"])

    def test_a_chosen_replica_that_dies_at_once_leaves_a_group_with_a_primary(self):
        self.create("hand", "--engine", "redis", "--replicas", "1")
        self.lab.run("modify-replication-group", "--replication-group-id", "hand", "--no-automatic-failover-enabled",
                     "--apply-immediately")
        endpoint = self.lab.endpoint("hand")
        redis(endpoint, "SET", "k", "0")
        for attempt in range(8):
            self.lab.settled("hand")
            nodes = self.lab.nodes("hand")
            replica = next(name for name, node in nodes.items() if node["Role"] == "replica")
            self.lab.run("modify-replication-group", "--replication-group-id", "hand", "--primary-cluster-id", replica,
                         "--apply-immediately")
            time.sleep(attempt * 0.003)  # at each step of the handover
            killed = nodes[replica]["Pid"]
            os.kill(killed, signal.SIGKILL)
            eventually(lambda: self.lab.nodes("hand")[replica]["Pid"] not in (0, killed), what="a new process")
            self.lab.settled("hand")
            eventually(lambda value=attempt: redis(endpoint, "SET", "k", value) == "OK", what="a write on the endpoint")
            roles = sorted(redis(n["Address"], "ROLE")[0] for n in self.lab.nodes("hand").values())
            self.assertEqual(roles, ["master", "slave"])

    def test_a_lone_cache_that_was_killed_says_what_it_lost(self):
        self.create("gone", "--engine", "redis")
        endpoint = self.lab.endpoint("gone")
        fill(endpoint, 300)
        eventually(lambda: self.lab.nodes("gone")["gone-001"]["ReplicationOffset"] is not None, what="a look")
        time.sleep(1.2)  # the agent counts keys once a second
        self.lab.run("fault", "kill-node", "gone-001")
        self.lab.settled("gone")
        row = eventually(lambda: self.lab.json("failovers", "gone")["Failovers"][0], what="a row")
        self.assertTrue(row["LostEverything"], row)
        self.assertEqual(int(row["OldKeys"]), 300, row)


class DownAndUpTest(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.close)
        self.lab.up()

    def keys_after_up(self, name, keys):
        self.lab.up()
        self.lab.settled(name)
        endpoint = self.lab.endpoint(name)
        self.assertEqual(redis(endpoint, "DBSIZE"), keys)
        self.assertEqual(redis(endpoint, "GET", f"k{keys - 1}"), f"v{keys - 1}")

    def make(self, name, replicas, keys=1000):
        self.lab.run("create-cluster", name, "--engine", "redis", "--replicas", str(replicas))
        self.lab.settled(name)
        endpoint = self.lab.endpoint(name)
        fill(endpoint, keys)
        if replicas:
            redis(endpoint, "WAIT", replicas, "2000")

    def test_a_frozen_primary(self):
        self.make("cold", 1)
        self.lab.run("fault", "stop-node", "cold-001")
        self.lab.down()
        self.assertEqual(self.lab.processes(), {})
        self.keys_after_up("cold", 1000)

    def test_a_primary_killed_just_before(self):
        for attempt in range(3):
            name = f"kill{attempt}"
            self.make(name, 1)
            os.kill(self.lab.nodes(name)[f"{name}-001"]["Pid"], signal.SIGKILL)
            self.lab.down()
            self.keys_after_up(name, 1000)

    def test_both_cores_busy_while_a_large_cache_loads(self):
        self.make("big", 2, keys=10)
        endpoint = self.lab.endpoint("big")
        with Redis(endpoint, timeout=60) as client:
            client("DEL", *[f"k{key}" for key in range(10)])
            client("EVAL", "for i = 0, tonumber(ARGV[1]) - 1 do redis.call('SET', 'k' .. i, string.rep('v' .. i, 40000)) end return 1", 0,
                   1500)
            client("WAIT", 2, 30000)
        self.lab.down()
        loops = [subprocess.Popen(["/bin/sh", "-c", "while :; do :; done"]) for _ in range(6)]
        try:
            self.lab.up(check=False)
            eventually(lambda: redis(endpoint, "DBSIZE") == 1500, 90, "all keys")
        finally:
            for loop in loops:
                loop.kill()
                loop.wait()
        self.lab.settled("big")
        self.assertEqual(redis(endpoint, "DBSIZE"), 1500)


if __name__ == "__main__":
    unittest.main(verbosity=2)
