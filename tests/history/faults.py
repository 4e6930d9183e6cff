"""Plays a script of faults (script.py) on a lab and records what was done (history.Fault).

Each step runs in a thread of its own at its time, so steps overlap. What a step finds impossible (no replica, a control
plane that is away) is recorded with its reason and harms nobody.
"""
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

import clients
from history import Fault

NODE_TYPES = ("cache.t4g.micro", "cache.t4g.small", "cache.t3.micro", "cache.t3.small")
PARAMETERS = (("maxmemory-policy", ("volatile-lru", "volatile-ttl", "noeviction")), ("timeout", ("0", "300")),
              ("hash-max-listpack-entries", ("512", "256")))
SPIN = ("local function now() local t=redis.call('TIME') return t[1]*1000000+t[2] end "
        "local e=now()+%d repeat until now()>=e return 1")


class Impossible(Exception):
    """This step can't be done now."""


class Faults:
    def __init__(self, stage):
        self.stage, self.lab = stage, stage.lab
        self.records, self.lock = [], threading.Lock()
        self.whole_lab = threading.Lock()  # one at a time stops or starts the lab or its daemon
        self.upgraded = set()

    def play(self, script):
        begin, threads = time.monotonic(), []
        for number, step in enumerate(script):
            time.sleep(max(0.0, begin + step.at - time.monotonic()))
            thread = threading.Thread(target=self._step, args=(step, number), daemon=True)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join(90)

    def _step(self, step, number):
        try:
            getattr(self, step.kind.replace("-", "_"))(step, number)
        except Exception as error:  # whatever went wrong belongs to the record
            why = str(error).strip().replace("\t", " ").replace("\n", " ") or type(error).__name__
            self._begin(step.kind, "", 0).result = f"not done: {why[-300:]}"

    # ---- records

    def _begin(self, kind, target, pid=0):
        now = time.monotonic()
        record = Fault(kind, now, now, target, pid, "under way")
        with self.lock:
            self.records.append(record)
        return record

    def _done(self, record, result="done"):
        record.ended = time.monotonic()
        record.result = result.strip().replace("\t", " ").replace("\n", " ")[-300:]

    # ---- targets

    def _cache(self, step, fits=lambda spec: True):
        specs = [spec for spec in self.stage.specs if spec.engine == "redis" and fits(spec)]
        if not specs:
            raise Impossible("no such cache")
        return specs[step.cache % len(specs)]

    def _node(self, step, spec, role):
        nodes = [n for n in self.stage.nodes(spec.name) if n["Role"] == role and int(n["Pid"]) > 0]
        if not nodes:
            raise Impossible(f"{spec.name} has no {role}")
        return nodes[step.pick % len(nodes)]

    def _zone(self, step):
        return self.stage.zones[step.pick % len(self.stage.zones)]

    def _call(self, kind, target, *words):
        """An API change through the CLI; refusals are part of life. Whether it was accepted."""
        record = self._begin(kind, target)
        result = self.lab.run(*words, check=False)
        self._done(record, "done" if result.returncode == 0 else f"refused: {result.stderr}")
        return result.returncode == 0

    # ---- processes

    def _signal(self, record, number):
        try:
            os.kill(record.pid, number)
        except ProcessLookupError:
            self._done(record, "not done: it is gone already")
            return False
        return True

    def _kill(self, kind, node):
        record = self._begin(kind, node["ClusterId"], int(node["Pid"]))
        if self._signal(record, signal.SIGKILL):
            self._done(record)

    def _kill_by_role(self, step, role):
        node = self._node(step, self._cache(step), role)
        if step.pick % 2:
            return self._kill(step.kind, node)
        record = self._begin(step.kind, node["ClusterId"], int(node["Pid"]))
        result = self.lab.run("fault", "kill-node", node["ClusterId"], check=False)
        killed = re.search(r"killed process (\d+)", result.stdout)
        record.pid = int(killed.group(1)) if killed else record.pid
        self._done(record, "done" if result.returncode == 0 else f"not done: {result.stderr}")

    def kill_primary(self, step, _):
        self._kill_by_role(step, "primary")

    def kill_replica(self, step, _):
        self._kill_by_role(step, "replica")

    def kill_group(self, step, _):
        for node in self.stage.nodes(self._cache(step).name):
            if int(node["Pid"]) > 0:
                self._kill("kill-node", node)

    @contextlib.contextmanager
    def _stopped(self, kind, target, pid):
        """The process is stopped meanwhile."""
        record = self._begin(kind, target, pid)
        stopped = self._signal(record, signal.SIGSTOP)
        yield
        if stopped:
            self._signal(record, signal.SIGCONT)
            self._done(record)  # even when it was killed meanwhile

    def _stop(self, kind, target, pid, seconds):
        with self._stopped(kind, target, pid):
            time.sleep(seconds)

    def stop_primary(self, step, _):
        node = self._node(step, self._cache(step), "primary")
        self._stop(step.kind, node["ClusterId"], int(node["Pid"]), step.stays)

    def stop_replica(self, step, _):
        node = self._node(step, self._cache(step), "replica")
        self._stop(step.kind, node["ClusterId"], int(node["Pid"]), step.stays)

    def _agent(self, zone):
        with open(os.path.join(self.lab.dir, "zones", zone, "lock"), encoding="utf-8") as file:
            return int(file.read())

    def kill_agent(self, step, _):
        zone = self._zone(step)
        record = self._begin(step.kind, zone, self._agent(zone))
        if self._signal(record, signal.SIGKILL):
            self._done(record)

    def stop_agent(self, step, _):
        zone = self._zone(step)
        self._stop(step.kind, zone, self._agent(zone), step.stays)

    # ---- the lab

    @contextlib.contextmanager
    def _whole_lab(self):
        """The lab is nobody else's to stop or start meanwhile."""
        if not self.whole_lab.acquire(timeout=0.5):
            raise Impossible("another step stops or starts the lab")
        try:
            yield
        finally:
            self.whole_lab.release()

    def kill_daemon(self, step, _):
        with self._whole_lab():
            record = self._begin(step.kind, "lab", self.lab.daemon_pid())
            os.kill(record.pid, signal.SIGKILL)
            time.sleep(step.stays)
            self._up(record)

    def _up(self, record):
        for _ in range(5):
            result = self.lab.up(*self.stage.UP_FLAGS, check=False)
            if result.returncode == 0:
                return self._done(record)
        return self._done(record, f"up: {result.stderr}")

    def _down_up(self, step):
        record = self._begin("down-up", "lab")
        self.lab.run("down", check=False)
        time.sleep(step.stays)
        self._up(record)

    def down_up(self, step, _):
        with self._whole_lab():
            self._down_up(step)

    def stop_down_up(self, step, _):
        with self._whole_lab():
            node = self._node(step, self._cache(step), "primary")
            with self._stopped("stop-primary", node["ClusterId"], int(node["Pid"])):
                time.sleep(step.gap)
                self._down_up(step)

    def kill_down_up(self, step, _):
        with self._whole_lab():
            self._kill("kill-primary", self._node(step, self._cache(step), "primary"))
            time.sleep(step.gap)
            self._down_up(step)

    def lose_zone(self, step, _):
        zone = self._zone(step)
        record = self._begin(step.kind, zone)
        result = self.lab.run("fault", "lose-zone", zone, check=False)
        if "lost already" in result.stderr:
            return self._done(record, f"not done: {result.stderr}")
        time.sleep(step.stays)
        back = self.lab.run("fault", "restore-zone", zone, check=False)
        return self._done(record, "done" if result.returncode == back.returncode == 0 else f"{result.stderr} {back.stderr}")

    # ---- busy engines and cores

    def _busy(self, step, *commands):
        spec = self._cache(step)
        address, port = self.stage.directory(spec.name).address("primary", None)
        connection = clients.Connection(address, port, 10.0)
        record = self._begin(step.kind, spec.name)
        result = "done"
        try:
            connection.identify()
            record.pid = connection.pid
            connection.sock.sendall(b"".join(commands))
            for _ in commands:
                connection.reply()
        except (OSError, clients.Refused) as error:
            result = f"done, ended by: {error}"
        finally:
            self._done(record, result)
            connection.close()

    def busy_script(self, step, _):
        self._busy(step, clients.command("EVAL", SPIN % int(step.stays * 1e6), 0))

    def busy_pause(self, step, _):
        self._busy(step, clients.command("CLIENT", "PAUSE", int(step.stays * 1000), *(["WRITE"] if step.pick % 2 else [])))

    def busy_keys(self, step, _):
        self._busy(step, *[clients.command("KEYS", "*")] * 20)

    def busy_pipeline(self, step, _):
        big = clients.command("SET", "big", "x" * 500_000)
        self._busy(step, big, *[clients.command("GET", "big")] * 400)

    def hog(self, step, _):
        record = self._begin(step.kind, "lab")
        spinners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
        time.sleep(step.stays)
        for spinner in spinners:
            spinner.kill()
            spinner.wait()
        self._done(record)

    # ---- calls

    def _promote(self, step, kind):
        spec = self._cache(step, lambda spec: not spec.automatic and spec.replicas > 0)
        chosen = self._node(step, spec, "replica")
        self._call(kind, spec.name, "modify-replication-group", "--replication-group-id", spec.name, "--primary-cluster-id",
                   chosen["ClusterId"], "--apply-immediately")
        return chosen

    def promote(self, step, _):
        self._promote(step, "promote")

    def promote_kill(self, step, _):
        chosen = self._promote(step, "promote")
        time.sleep(step.gap)
        self._kill("kill-replica", chosen)

    def test_failover(self, step, _):
        spec = self._cache(step, lambda spec: spec.automatic)
        words = ("test-failover", "--replication-group-id", spec.name, "--node-group-id", "0001", "--no-wait")
        if not self._call(step.kind, spec.name, *words) and "APICallRate" in self.records[-1].result:
            self.stage.advance_a_day()  # which the quota counts in

    def replicas(self, step, _):
        spec = self._cache(step, lambda spec: spec.replicas > 0)
        now = len(self.stage.nodes(spec.name)) - 1
        wanted = 1 + step.pick % 3
        if wanted == now:
            wanted = 1 + wanted % 3
        word = "increase" if wanted > now else "decrease"
        if self._call(step.kind, spec.name, f"{word}-replica-count", "--replication-group-id", spec.name, "--new-replica-count",
                      str(wanted), "--apply-immediately"):
            self.stage.write_directory(spec.name)

    def parameters(self, step, _):
        name, values = PARAMETERS[step.pick % len(PARAMETERS)]
        self._call(step.kind, "all", "modify-cache-parameter-group", "--cache-parameter-group-name", self.stage.PARAMETER_GROUP,
                   "--parameter-name-values", f"ParameterName={name},ParameterValue={values[step.cache % len(values)]}")

    def node_type(self, step, _):
        spec = self._cache(step, lambda spec: spec.is_group)
        self._call(step.kind, spec.name, "modify-replication-group", "--replication-group-id", spec.name, "--cache-node-type",
                   NODE_TYPES[step.pick % len(NODE_TYPES)], "--apply-immediately")

    def version(self, step, _):
        spec = self._cache(step, lambda spec: spec.is_group and spec.name not in self.upgraded)
        self.upgraded.add(spec.name)
        self._call(step.kind, spec.name, "modify-replication-group", "--replication-group-id", spec.name, "--engine-version",
                   "7.1", "--apply-immediately")

    def reboot(self, step, _):
        spec = self._cache(step, lambda spec: not spec.is_group)
        self._call(step.kind, spec.name, "reboot-cache-cluster", "--cache-cluster-id", spec.name, "--cache-node-ids-to-reboot",
                   "0001")

    def come_and_go(self, step, number):
        name = f"t{number}"
        if not self._call("create", name, "create-cluster", name, "--engine", "redis", "--replicas", str(step.pick % 2),
                          "--no-wait"):
            return
        self.stage.nodes(name)
        time.sleep(0.05 * (step.pick % 8))
        for _ in range(100):
            if self._call("delete", name, "delete-replication-group", "--replication-group-id", name):
                return
            time.sleep(0.2)

    # ---- afterwards

    def heal(self):
        """Ends whatever still is: stopped processes, lost zones, a daemon that is away."""
        for _ in range(2):
            for pid in self.lab.processes():
                try:
                    os.kill(pid, signal.SIGCONT)
                except ProcessLookupError:
                    pass
            record = self._begin("heal", "lab")
            self._up(record)
            status = json.loads(self.lab.run("status", "-o", "json", check=False).stdout or "{}")
            for zone in status.get("Zones", []):
                if zone["Status"] == "lost":
                    self.lab.run("fault", "restore-zone", zone["Name"], check=False)
