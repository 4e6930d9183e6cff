"""The lab itself after a power cut: what its daemon and agents had on the disk, torn, and the real ones started on it.

A lab is recorded (libdisk_recorder.so, preloaded) while clients create, change and delete caches, and through a `down`.
Then its disk is cut at random moments (power_image), the lab is started on each, with real engines, and asked:
  every acknowledged cache is there and settles as available; what was acknowledged as deleted is gone;
  every node that is called available is one running engine that answers; no engine runs that is no node's;
  what an orderly `down` saved is there again.

  ELASTILAB_POWER_SEED=7    another seed (1)
  ELASTILAB_POWER_LABS=100  so many disks, however long it takes; otherwise as many as fit into ELASTILAB_POWER_SECONDS
  ELASTILAB_POWER_CUT=12    only this one; the recording differs from run to run in its details

Simulated: see power_cut.h, for the database, the key, the trail and the agents' journals together. Engines die with the
power (SIGKILL). What they had saved is on the disk as they left it, if its node's directory is: redis flushes what it
saves. Not simulated: another boot id, CLOCK_MONOTONIC starting again, torn files of engines.
"""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import BIN, CommandFailed, Lab, eventually, redis  # noqa: E402

SEED = int(os.environ.get("ELASTILAB_POWER_SEED", "1"))
LABS = int(os.environ.get("ELASTILAB_POWER_LABS", "0"))
SECONDS = float(os.environ.get("ELASTILAB_POWER_SECONDS", "45"))
ONLY = os.environ.get("ELASTILAB_POWER_CUT")
ENGINE = re.compile(r"(redis-server|valkey-server|memcached)$")
TRANSIENT = {"creating", "modifying", "deleting", "rebooting cluster nodes"}


class Recording:
    """One lab's life, with what its clients were told. Positions are lengths of the log."""

    def __init__(self, lab):
        self.lab, self.facts, self.lock = lab, [], threading.Lock()
        self.log = tempfile.mktemp(prefix="elab-power-log-")
        self.environment = {"LD_PRELOAD": os.path.join(BIN, "..", "lib", "libdisk_recorder.so"),
                            "ELASTILAB_POWER_ROOT": lab.dir, "ELASTILAB_POWER_LOG": self.log}
        self.saved = lab.dir + "-saved"  # the zones as `down` left them
        self.saved_at = None  # here what redis held is on the disk, until the next start takes it

    def position(self):
        return os.stat(self.log).st_size

    def call(self, name, there, *words):
        """A change of the cache `name`; afterwards it is `there`, or not."""
        fact = {"name": name, "there": there, "started": self.position(), "answered": None, "words": words}
        with self.lock:
            self.facts.append(fact)
        self.lab.run(*words)
        fact["answered"] = self.position()

    def live(self):
        self.lab.up(env=self.environment)
        self.first = self.position()
        self.call("kept", True, "create-cluster", "kept", "--engine", "redis", "--replicas", "1")
        redis(self.lab.endpoint("kept"), "SET", "k", "v")
        clients = [threading.Thread(target=self.client, args=(i,)) for i in range(3)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        self.lab.settled("kept")
        self.lab.down()
        self.saved_at = self.position()
        shutil.copytree(os.path.join(self.lab.dir, "zones"), self.saved)
        self.lab.up(env=self.environment)
        self.call("late", True, "create-cluster", "late", "--engine", "redis", "--no-wait")
        self.last = self.position()

    def client(self, number):
        random_ = random.Random(SEED * 10 + number)
        name = f"c{number}"
        for turn in range(2):
            kind = random_.choice((["--engine", "redis"], ["--engine", "redis", "--replicas", "1"],
                                   ["--engine", "memcached", "--nodes", "2"]))
            self.call(f"{name}-{turn}", True, "create-cluster", f"{name}-{turn}", *kind, "--no-wait")
            if "--replicas" in kind and random_.random() < 0.7:
                eventually(lambda t=turn: self.lab.topology(f"{name}-{t}")["Status"] == "available", what="available")
                self.call(f"{name}-{turn}", True, "increase-replica-count", "--replication-group-id", f"{name}-{turn}",
                          "--new-replica-count", "2", "--apply-immediately")
            elif random_.random() < 0.5:
                eventually(lambda t=turn: self.lab.topology(f"{name}-{t}")["Status"] == "available", what="available")
                self.call(f"{name}-{turn}", False, "delete-cluster", f"{name}-{turn}", "--no-wait")

    def expected(self, position):
        """name → there, not there, or None when both would be right."""
        answer = {}
        for fact in self.facts:
            if fact["started"] > position:
                continue
            known = fact["answered"] is not None and fact["answered"] <= position
            if known:
                answer[fact["name"]] = fact["there"]
            elif answer.get(fact["name"], False) != fact["there"]:
                answer[fact["name"]] = None
        return answer


def kill_all(lab):
    while processes := lab.processes():
        for pid in processes:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.002)


class LabPowerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.lab.dir = os.path.realpath(cls.lab.dir)
        cls.recording = Recording(cls.lab)
        try:
            cls.recording.live()
            kill_all(cls.lab)
        except BaseException:
            cls.lab.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.lab.close()
        shutil.rmtree(cls.recording.saved, ignore_errors=True)
        os.unlink(cls.recording.log)

    def lay(self, cut):
        """The disk of this cut, where the lab was; its position. Every fourth is of a lab that is down."""
        random_ = random.Random(f"{SEED}/{cut}")
        recording = self.recording
        position = random_.randrange(recording.first, recording.last + 1)
        if cut % 4 == 3:
            position = recording.saved_at
        subprocess.run([os.path.join(BIN, "power_image"), recording.log, str(position), str(random_.getrandbits(60)),
                        self.lab.dir], check=True, stdout=subprocess.DEVNULL)
        os.chmod(self.lab.dir, 0o700)
        if position == recording.saved_at:
            self.lay_saved_data()
        return position

    def lay_saved_data(self):
        for zone in os.listdir(self.recording.saved):
            for uid in os.listdir(os.path.join(self.recording.saved, zone, "nodes")):
                saved = os.path.join(self.recording.saved, zone, "nodes", uid, "data")
                target = os.path.join(self.lab.dir, "zones", zone, "nodes", uid)
                if os.path.isdir(saved) and os.path.isdir(target):
                    shutil.copytree(saved, os.path.join(target, "data"), dirs_exist_ok=True)

    def statuses(self):
        groups = self.lab.json("describe-replication-groups").get("ReplicationGroups", [])
        clusters = self.lab.json("describe-cache-clusters").get("CacheClusters", [])
        return {**{g["ReplicationGroupId"]: g["Status"] for g in groups},
                **{c["CacheClusterId"]: c["CacheClusterStatus"] for c in clusters if not c.get("ReplicationGroupId")}}

    def settle(self):
        def fact():
            statuses = self.statuses()
            assert not TRANSIENT & set(statuses.values()), statuses
            return (statuses,)
        return eventually(fact, what="everything settled")[0]

    def check_engines(self, statuses):
        def fact():
            pids = set()
            for name in statuses:
                for node in self.lab.topology(name)["Nodes"]:
                    assert node["Status"] == "available" and node["Phase"] == "ready", node
                    pids.add(int(node["Pid"]))
            running = {pid for pid, line in self.lab.processes().items() if ENGINE.search(line.split(" ")[0])}
            assert pids == running, (pids, running)
            return True
        eventually(fact, what="nodes and engines agree")

    def check(self, cut):
        position = self.lay(cut)
        self.lab.up()
        statuses = self.settle()
        for name, there in self.recording.expected(position).items():
            if there is not None:
                self.assertEqual(name in statuses, there, f"{name} at {position}: {statuses}")
        for name, status in statuses.items():
            self.assertEqual(status, "available", name)
        self.check_engines(statuses)
        for name in statuses:
            topology = self.lab.topology(name)
            for end in topology["Endpoints"]:
                if end["Kind"] == "primary":
                    self.assertEqual(redis(end["Address"], "SET", "alive", "1"), "OK")
        if position == self.recording.saved_at:
            self.assertEqual(redis(self.lab.endpoint("kept"), "GET", "k"), "v", "what `down` saved")

    def test_the_lab_starts_on_what_a_power_cut_leaves(self):
        begun, done, failures = time.monotonic(), 0, []
        cuts = [int(ONLY)] if ONLY else range(LABS or 10_000)
        for cut in cuts:
            if not LABS and not ONLY and time.monotonic() - begun > SECONDS:
                break
            try:
                self.check(cut)
            except (AssertionError, CommandFailed, OSError) as error:
                failures.append((cut, error))
                keep = f"/tmp/elastilab-power-failed-{SEED}-{cut}"
                shutil.rmtree(keep, ignore_errors=True)
                shutil.copytree(self.lab.dir, keep, ignore=lambda d, names: [n for n in names if n.endswith(".sock")])
                print(f"cut {cut}: {error}\n  the disk is in {keep}", flush=True)
            finally:
                kill_all(self.lab)
                done += 1
        print(f"{done} disks in {time.monotonic() - begun:.1f} s, ELASTILAB_POWER_SEED={SEED}", flush=True)
        self.assertEqual(failures, [])
        self.assertGreater(done, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
