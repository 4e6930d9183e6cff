"""The control plane when it lacks something (descriptors, disk space, agents that answer), when a pass of it fails, and
when it is told to stop and can't: it stays, says what is the matter, and loses nothing."""
import contextlib
import http.client
import os
import resource
import signal
import socket
import subprocess
import time
import unittest

from lab import Lab, LabTest, eventually, redis

ZONE = "us-east-1a"
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def agent_pid(lab, zone=ZONE):
    return next(z["AgentPid"] for z in lab.json("status")["Zones"] if z["Name"] == zone)


def agent_is_away(lab, zone=ZONE):
    return not next(z["AgentConnected"] for z in lab.json("status")["Zones"] if z["Name"] == zone)


class Frozen:
    """A process that is stopped for as long as this is open, and goes on if it still exists."""

    def __init__(self, pid):
        self.pid = pid

    def __enter__(self):
        os.kill(self.pid, signal.SIGSTOP)
        return self

    def __exit__(self, *_):
        try:
            os.kill(self.pid, signal.SIGCONT)
        except ProcessLookupError:
            pass


def health(lab, connection=None):
    if connection is None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", lab.http_port, timeout=10)) as connection:
            return health(lab, connection)
    connection.request("GET", "/health")
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


class LackTest(LabTest):
    def test_control_socket_hears_again_after_a_lack_of_descriptors(self):
        pid = self.lab.daemon_pid()
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        self.assertEqual(before[0], before[1], "the limit is raised at the start")
        kept = http.client.HTTPConnection("127.0.0.1", self.lab.http_port, timeout=10)
        self.assertEqual(health(self.lab, kept)[0], 200)
        in_use = max(int(fd) for fd in os.listdir(f"/proc/{pid}/fd"))
        crowd = []
        try:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (in_use + 4, before[1]))
            for _ in range(60):
                crowd.append(socket.socket(socket.AF_UNIX))
                crowd[-1].connect(os.path.join(self.lab.dir, "run", "control.sock"))
            status, body = eventually(lambda: (lambda s: s if s[0] == 503 else None)(health(self.lab, kept)), what="health 503")
            self.assertIn("the control socket", body)
            self.assertIn("Too many open files", body)
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
            for one in crowd:
                one.close()
        self.lab.run("status", timeout=10)
        eventually(lambda: health(self.lab, kept)[0] == 200, what="health 200")
        kept.close()

    def test_store_that_cannot_save_is_named_and_recovers(self):
        self.create("disk", "--engine", "redis", "--replicas", "1", "--multi-az")
        self.lab.settled("disk")
        pid = self.lab.daemon_pid()
        primary = next(n for n in self.lab.topology("disk")["Nodes"] if n["Role"] == "primary")
        try:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            os.kill(primary["Pid"], signal.SIGKILL)

            def said():
                told = self.lab.run("explain", "disk").stdout
                return told if "its next step fails" in told else None
            told = eventually(said, what="explain names the trouble")
            self.assertIn("could not save", told)
            self.assertIn(os.path.join(self.lab.dir, "elastilab.db"), told)
            problems = "\n".join(self.lab.json("status")["Problems"])
            self.assertIn("could not save", problems)
            self.assertIn("disk: its next step fails", problems)
            self.assertEqual(health(self.lab)[0], 503)
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, UNLIMITED)
        eventually(lambda: next(n for n in self.lab.topology("disk")["Nodes"] if n["Role"] == "primary")["ClusterId"]
                   != primary["ClusterId"], what="the failover")
        self.lab.settled("disk")
        eventually(lambda: health(self.lab)[0] == 200, what="health 200")
        self.assertEqual(self.lab.json("status")["Problems"], [])

    def test_lost_zone_is_lost_though_its_agent_is_frozen(self):
        self.create("frozen", "--engine", "redis", "--replicas", "1", "--multi-az")
        self.lab.settled("frozen")
        with Frozen(agent_pid(self.lab)):
            self.assertIn("is lost", self.lab.run("fault", "lose-zone", ZONE).stdout)
            self.addCleanup(self.lab.run, "fault", "restore-zone", ZONE, check=False)
            left = [line for line in self.lab.processes().values() if f"--zone {ZONE} " in line]
            self.assertFalse(left, "an agent survived its zone")
            below = [os.readlink(f"/proc/{pid}/fd/1") for pid in self.lab.processes()]
            self.assertFalse([path for path in below if f"/zones/{ZONE}/" in path], "engines survived their zone")
        self.lab.run("fault", "restore-zone", ZONE)
        self.lab.settled("frozen")

    def test_node_is_harmed_though_its_agent_is_away(self):
        self.create("alone", "--engine", "memcached", "--zones", ZONE)
        node = eventually(lambda: next(n for n in self.lab.topology("alone")["Nodes"] if n["Phase"] == "ready"))
        with Frozen(agent_pid(self.lab)):
            eventually(lambda: agent_is_away(self.lab), what="the lease is over")
            self.assertIn(f"stopped process {node['Pid']}", self.lab.run("fault", "stop-node", "alone/0001").stdout)
            self.lab.run("fault", "continue-node", "alone/0001")
            self.assertIn("killed agent", self.lab.run("fault", "kill-agent", ZONE).stdout)
        eventually(lambda: not agent_is_away(self.lab), what="another agent")


class DownTest(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.close)

    def test_a_down_that_is_not_done_in_time_is_none(self):
        self.lab.up()
        self.lab.run("create-cluster", "pair", "--engine", "redis", "--replicas", "1", "--multi-az")
        self.lab.settled("pair")
        endpoint = self.lab.endpoint("pair")
        for i in range(100):
            redis(endpoint, "SET", f"key:{i}", i)
        with Frozen(agent_pid(self.lab)):
            failed = self.lab.run("down", "--timeout", "2s", check=False)
            self.assertNotEqual(failed.returncode, 0)
            self.assertIn(ZONE, failed.stderr)
            self.assertIn("the lab goes on", failed.stderr)
        self.assertFalse(self.lab.json("status").get("Suspended"))
        self.assertIn("already running", self.lab.up().stdout)
        self.lab.settled("pair")
        self.assertEqual(redis(self.lab.endpoint("pair"), "DBSIZE"), 100)
        self.lab.down()
        self.assertFalse(self.lab.processes())
        self.lab.up()
        self.lab.settled("pair")
        self.assertEqual(redis(self.lab.endpoint("pair"), "DBSIZE"), 100)

    def test_a_pass_that_throws_ends_nothing(self):
        self.lab.up(env={"ELASTILAB_FAULTS": "executor.before_commit=throw,executor.after_commit=throw@3"})
        pid = self.lab.daemon_pid()
        self.lab.run("create-cluster", "pair", "--engine", "redis", "--replicas", "1")
        self.lab.settled("pair")
        self.assertEqual(self.lab.daemon_pid(), pid)
        with open(os.path.join(self.lab.dir, "log", "elastilabd.log")) as log:
            self.assertIn("fault point executor.before_commit fired", log.read())

    def test_without_agents_zones_are_lost_and_restored(self):
        words = [Lab.program("elastilabd"), "--data-dir", self.lab.dir, "--no-agents", "--grpc-port", str(self.lab.grpc_port),
                 "--http-port", str(self.lab.http_port), "--dns-port", "0", "--subnet-base", str(self.lab.base)]
        os.makedirs(os.path.join(self.lab.dir, "log"), exist_ok=True)
        with open(os.path.join(self.lab.dir, "log", "elastilabd.log"), "a") as log:
            daemon = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            eventually(lambda: self.lab.run("status", check=False).returncode == 0, what="an answer")
            self.lab.run("fault", "lose-zone", ZONE)
            self.lab.run("fault", "restore-zone", ZONE)
            self.assertIsNone(daemon.poll())
            self.lab.run("status")
        finally:
            daemon.terminate()
            self.assertEqual(daemon.wait(timeout=20), 0)


if __name__ == "__main__":
    unittest.main()
