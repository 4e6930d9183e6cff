"""Daemons are killed at any instant; what was acknowledged is there afterwards, caches never notice, nothing runs twice."""
import os
import signal
import subprocess
import threading
import time
import unittest

from lab import BIN, Lab, LabTest, Redis, eventually, redis


class Traffic:
    """A client that writes and reads all the time and counts every failure."""

    def __init__(self, address):
        self.client, self.failures, self.commands, self.stopping = Redis(address), [], 0, False
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        while not self.stopping:
            try:
                self.client("SET", "traffic", self.commands)
                self.commands += 1
            except (OSError, Redis.Error) as error:
                self.failures.append(error)
                return

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join()
        self.client.close()


class SurvivalTest(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.close)
        self.lab.up()

    def pids(self, name):
        return {key: node["Pid"] for key, node in self.lab.nodes(name).items()}

    def test_control_plane_killed(self):
        self.lab.run("create-cluster", "demo", "--engine", "redis", "--replicas", "1")
        self.lab.run("create-cluster", "pages", "--engine", "memcached", "--nodes", "2")
        endpoint, pids = self.lab.endpoint("demo"), self.pids("demo") | self.pids("pages")
        with Traffic(endpoint) as traffic:
            os.kill(self.lab.daemon_pid(), signal.SIGKILL)
            time.sleep(0.2)  # caches serve on with nobody in control
            self.lab.up()
            self.assertEqual(self.pids("demo") | self.pids("pages"), pids, "nothing was started twice")
        self.assertEqual(traffic.failures, [])
        self.assertGreater(traffic.commands, 100)
        self.lab.settled("demo")

    def test_agents_killed(self):
        self.lab.run("create-cluster", "demo", "--engine", "redis", "--replicas", "1")
        endpoint, pids = self.lab.endpoint("demo"), self.pids("demo")
        agents = {z["Name"]: z["AgentPid"] for z in self.lab.json("status")["Zones"]}
        with Traffic(endpoint) as traffic:
            for zone in agents:
                self.lab.run("fault", "kill-agent", zone)
            eventually(lambda: all(z["AgentConnected"] and z["AgentPid"] != agents[z["Name"]]
                                   for z in self.lab.json("status")["Zones"]), what="new agents")
            self.lab.settled("demo")
        self.assertEqual(traffic.failures, [])
        self.assertEqual(self.pids("demo"), pids, "engines were adopted")

    def test_control_plane_and_agents_dead_caches_serve_on(self):
        self.lab.run("create-cluster", "demo", "--engine", "redis", "--replicas", "1")
        endpoint, pids = self.lab.endpoint("demo"), self.pids("demo")
        agents = [int(z["AgentPid"]) for z in self.lab.json("status")["Zones"]]
        with Traffic(endpoint) as traffic:
            os.kill(self.lab.daemon_pid(), signal.SIGKILL)
            for pid in agents:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.3)
        self.assertEqual(traffic.failures, [])
        self.lab.up()
        self.lab.settled("demo")
        self.assertEqual(self.pids("demo"), pids)

    def test_agents_hear_sigterm(self):
        """The daemon blocks signals for itself; an agent that it started ends when asked, and `down` need not insist."""
        self.lab.run("create-cluster", "demo", "--engine", "redis")
        pids = self.pids("demo")
        agents = {z["Name"]: int(z["AgentPid"]) for z in self.lab.json("status")["Zones"]}
        for pid in agents.values():
            with open(f"/proc/{pid}/status") as file:
                blocked = next(line.split()[1] for line in file if line.startswith("SigBlk"))
            self.assertEqual(int(blocked, 16), 0, "an agent starts with no signal blocked")
        victim = agents["us-east-1a"]
        os.kill(victim, signal.SIGTERM)
        eventually(lambda: victim not in self.lab.processes(), seconds=2, what="the agent's end")
        eventually(lambda: all(z["AgentConnected"] and int(z["AgentPid"]) != victim
                               for z in self.lab.json("status")["Zones"]), what="a new agent")
        self.assertEqual(self.pids("demo"), pids, "its engines were adopted")
        os.kill(self.lab.daemon_pid(), signal.SIGKILL)
        start = time.monotonic()
        result = self.lab.down()
        self.assertLess(time.monotonic() - start, 3, "agents were asked and not waited for")
        self.assertNotIn("killed", result.stdout)
        self.assertEqual(self.lab.processes(), {})

    def test_damaged_records_and_deleted_sockets_cost_nothing(self):
        """What agents keep for themselves is damaged while they are away: engines are adopted with all that they hold."""
        self.lab.run("create-cluster", "lone", "--engine", "redis")
        self.lab.run("create-cluster", "demo", "--engine", "redis", "--replicas", "1")
        self.lab.run("create-cluster", "pages", "--engine", "memcached", "--nodes", "2")
        for name in ("lone", "demo"):
            redis(self.lab.endpoint(name), "SET", "k", name)
        pids = {name: self.pids(name) for name in ("lone", "demo", "pages")}
        journals = os.path.join(self.lab.dir, "zones")

        def damage(how, *names):
            for root, _, files in os.walk(journals):
                for path in (os.path.join(root, file) for file in files if file in names):
                    how(path)

        def cut_short(path):
            os.truncate(path, os.path.getsize(path) // 2)

        def delete_sockets():
            for file in os.listdir(os.path.join(self.lab.dir, "run")):
                if file.endswith(".sock") and file != "control.sock":
                    os.unlink(os.path.join(self.lab.dir, "run", file))

        for harm in (delete_sockets,
                     lambda: damage(cut_short, "process"),
                     lambda: damage(cut_short, "assignment"),
                     lambda: damage(os.unlink, "process", "assignment"),
                     lambda: (damage(os.unlink, "assignment", "process"), delete_sockets())):
            agents = [int(z["AgentPid"]) for z in self.lab.json("status")["Zones"]]
            os.kill(self.lab.daemon_pid(), signal.SIGKILL)
            for pid in agents:
                os.kill(pid, signal.SIGKILL)
            harm()
            self.lab.up()
            for name in ("lone", "demo"):
                self.lab.settled(name)
                self.assertEqual(redis(self.lab.endpoint(name), "GET", "k"), name)
            eventually(lambda: {name: self.pids(name) for name in pids} == pids, what="the same processes")

    def test_primary_dies_while_nobody_watches(self):
        self.lab.run("create-cluster", "demo", "--engine", "redis", "--replicas", "1")
        endpoint = self.lab.endpoint("demo")
        redis(endpoint, "SET", "k", "v")
        redis(endpoint, "WAIT", "1", "1000")
        primary = int(self.pids("demo")["demo-001"])
        os.kill(self.lab.daemon_pid(), signal.SIGKILL)
        os.kill(primary, signal.SIGKILL)
        self.lab.up()
        eventually(lambda: redis(endpoint, "GET", "k") == "v", what="failover after the restart")
        self.lab.settled("demo")

    def test_down_and_up_bring_the_data_back(self):
        self.lab.run("create-cluster", "demo", "--engine", "redis", "--replicas", "1")
        endpoint = self.lab.endpoint("demo")
        for i in range(100):
            redis(endpoint, "SET", f"k{i}", i)
        self.lab.down()
        self.assertEqual(self.lab.processes(), {})
        self.lab.up()
        self.lab.settled("demo")
        self.assertEqual(redis(endpoint, "DBSIZE"), 100)
        self.assertEqual(redis(endpoint, "GET", "k42"), "42")

    def test_up_twice_and_down_twice(self):
        self.assertEqual(self.lab.up().returncode, 0)
        self.lab.down()
        self.assertEqual(self.lab.down().returncode, 0)

    def test_no_secret_where_others_can_read(self):
        self.lab.run("create-cluster", "demo", "--engine", "redis", "--replicas", "1")
        engines = [pid for pid, line in self.lab.processes().items() if "redis-server" in line]
        self.assertEqual(len(engines), 2)
        with open(os.path.join(self.lab.dir, "lab.key"), "rb") as file:
            key = file.read()
        for pid in self.lab.processes():
            for part in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{part}", "rb") as file:
                    self.assertNotIn(key, file.read())
        database = subprocess.run(["sqlite3", os.path.join(self.lab.dir, "elastilab.db"), ".dump"], capture_output=True,
                                  check=False).stdout
        self.assertNotIn(b"password", database.lower())
        for root, _, names in os.walk(self.lab.dir):
            for name in names:
                path = os.path.join(root, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    self.assertEqual(os.stat(root).st_mode & 0o077, 0, root)


class CrashPointTest(unittest.TestCase):
    """The control plane dies at each boundary; after the next `up` the create that was under way is done or undone."""

    def crash_at(self, point, nth):
        lab = Lab()
        self.addCleanup(lab.close)
        lab.up(env={"ELASTILAB_FAULTS": f"{point}=crash@{nth}"}, check=False)
        lab.run("create-cluster", "demo", "--engine", "redis", "--replicas", "1", "--no-wait", check=False)
        daemon = lab.daemon_pid()
        eventually(lambda: not os.path.exists(f"/proc/{daemon}"), what=f"the crash at {point}")
        lab.up()
        groups = lab.json("describe-replication-groups").get("ReplicationGroups", [])
        if groups:
            lab.settled("demo")
            self.assertEqual(redis(lab.endpoint("demo"), "SET", "k", "v"), "OK")
            engines = [line for line in lab.processes().values() if "redis-server" in line]
            self.assertEqual(len(engines), 2, "nothing runs twice")
        lab.down()
        self.assertEqual(lab.processes(), {})

    def test_before_the_commit(self):
        self.crash_at("store.before_commit", 3)

    def test_after_the_commit(self):
        self.crash_at("store.after_commit", 3)

    def test_before_the_plan_is_committed(self):
        self.crash_at("executor.before_commit", 2)

    def test_after_the_plan_is_committed(self):
        self.crash_at("executor.after_commit", 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
