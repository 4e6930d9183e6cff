#!/usr/bin/env python3
"""Measures the lines of the design's section 12 that this version serves: floor and product in the same run.

    tests/bench/run [--quick] [--markdown]

The floor is the same thing done with bare processes, without ElastiLab. Percentiles are of the repetitions shown (n).
Exits non-zero only when something could not be measured.
"""
import argparse
import os
import re
import select
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import lab as e2e  # noqa: E402
from api_bench import measure_api  # noqa: E402
from lab import Lab, Redis, eventually, redis  # noqa: E402
from table import Table, milliseconds, percentile  # noqa: E402


class RawRedis:
    """redis-server without ElastiLab: the floor."""

    def __init__(self, address):
        self.address, self.dir = address, tempfile.mkdtemp(prefix="elab-raw-")
        self.socket = f"{self.dir}/s"
        config = (f"bind {address}\nport 6379\nunixsocket {self.socket}\nprotected-mode no\nsave \"\"\ndir {self.dir}\n"
                  "repl-diskless-sync-delay 0\n")
        self.process = subprocess.Popen(["redis-server", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.process.stdin.write(config.encode())
        self.process.stdin.close()

    def call(self, *words):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(self.socket)
            client = Redis.__new__(Redis)
            client.sock, client.file = sock, sock.makefile("rb")
            return client(*words)

    def wait_ready(self):
        while True:
            try:
                return self.call("PING")
            except (OSError, Redis.Error, ConnectionError):
                time.sleep(0.0005)

    def stop(self):
        self.process.kill()
        self.process.wait()
        subprocess.run(["rm", "-rf", self.dir], check=False)


def raw_start():
    start = time.monotonic()
    server = RawRedis("127.46.250.1")
    server.wait_ready()
    took = time.monotonic() - start
    server.stop()
    return took


def raw_group():
    start = time.monotonic()
    servers = [RawRedis(f"127.46.250.{i}") for i in (1, 2, 3)]
    for server in servers:
        server.wait_ready()
    for server in servers[1:]:
        server.call("REPLICAOF", servers[0].address, 6379)
    while not all("master_link_status:up" in s.call("INFO", "replication") for s in servers[1:]):
        time.sleep(0.001)
    took = time.monotonic() - start
    for server in servers:
        server.stop()
    return took


def raw_failover():
    servers = [RawRedis(f"127.46.250.{i}") for i in (1, 2)]
    for server in servers:
        server.wait_ready()
    servers[1].call("REPLICAOF", servers[0].address, 6379)
    while "master_link_status:up" not in servers[1].call("INFO", "replication"):
        time.sleep(0.001)
    pidfd = os.pidfd_open(servers[0].process.pid)
    start = time.monotonic()
    os.kill(servers[0].process.pid, signal.SIGKILL)
    select.select([pidfd], [], [])
    servers[1].call("REPLICAOF", "NO", "ONE")
    redis(servers[1].address, "SET", "k", "v")
    took = time.monotonic() - start
    os.close(pidfd)
    for server in servers:
        server.stop()
    return took


def create(lab, name, *words):
    """Seconds that the CLI says the create took, from the call to available."""
    out = lab.run("create-cluster", name, *words).stdout
    took, unit = re.search(r"([\d.]+) (ms|s)\)", out).groups()
    return float(took) / (1000 if unit == "ms" else 1)


def until_writable(endpoint, start, timeout=10):
    """A stopped engine's kernel still accepts connections, so an answer is awaited for a short time only."""
    while time.monotonic() - start < timeout:
        try:
            with Redis(endpoint, timeout=0.05) as client:
                if client("SET", "bench", "1") == "OK":
                    return time.monotonic() - start
        except (OSError, ConnectionError, Redis.Error):
            time.sleep(0.0003)
    raise RuntimeError(f"{endpoint} took no write for {timeout} s")


def measure_up(table, n):
    times = []
    for _ in range(n):
        lab = Lab(rehearse=False)
        start = time.monotonic()
        lab.up()
        times.append(time.monotonic() - start)
        lab.close()
    table.add("`elastilab up` to ready", n, "–", milliseconds(times), "≤ 300 ms", percentile(times, 0.99) <= 0.3)


def memory_of(pid, field):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return int(re.search(rf"^{field}:\s+(\d+)", file.read(), re.M).group(1)) / 1024


def cpu_of(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_idle(table, lab, seconds):
    pids = [lab.daemon_pid()] + [int(z["AgentPid"]) for z in lab.json("status")["Zones"]]
    rss, pss = (sum(memory_of(pid, field) for pid in pids) for field in ("Rss", "Pss"))
    before = sum(map(cpu_of, pids))
    time.sleep(seconds)
    cpu = (sum(map(cpu_of, pids)) - before) / seconds * 100
    table.add("control plane + 3 agents, idle: memory", 1, "–", f"{rss:.0f} MiB RSS ({pss:.0f} PSS)", "≤ 64 MiB RSS", rss <= 64)
    table.add("… CPU", 1, "–", f"{cpu:.1f} % of a core", "≤ 1 %", cpu <= 1.0)


def measure_create(table, lab, n):
    for what, words, floor, goal in (
            ("create to available: one redis node", (), raw_start, 0.150),
            ("… 1 primary + 2 replicas", ("--replicas", "2", "--multi-az"), raw_group, 0.400)):
        floors, times = [], []
        for i in range(n):
            floors.append(floor())
            times.append(create(lab, f"bench{i}", "--engine", "redis", *words))
            lab.run("delete-cluster", f"bench{i}")
        table.add(what, n, milliseconds(floors), milliseconds(times), f"p99 ≤ {goal * 1e3:.0f} ms",
                  percentile(times, 0.99) <= goal)


def fail_over(lab, fault_signal, n):
    create(lab, "victim", "--engine", "redis", "--replicas", "1")
    endpoint, times = lab.endpoint("victim"), []
    for _ in range(n):
        lab.settled("victim")
        primary = next(node for node in lab.nodes("victim").values() if node["Role"] == "primary")
        start = time.monotonic()
        os.kill(int(primary["Pid"]), fault_signal)
        times.append(until_writable(endpoint, start))
    lab.settled("victim")
    lab.run("delete-cluster", "victim")
    return times


def measure_failover(table, lab, n):
    floors = [raw_failover() for _ in range(n)]
    times = fail_over(lab, signal.SIGKILL, n)
    table.add("failover, primary killed, to the first write on the endpoint", n, milliseconds(floors), milliseconds(times),
              "p50 ≤ 10, p99 ≤ 50 ms", statistics.median(times) <= 0.010 and percentile(times, 0.99) <= 0.050)
    hung = fail_over(lab, signal.SIGSTOP, max(3, n // 5))
    table.add("… primary hung (SIGSTOP)", len(hung), "–", milliseconds(hung), "p99 ≤ 1.5 s", percentile(hung, 0.99) <= 1.5)


def measure_lost_zone(table, lab, groups):
    names = [f"z{i}" for i in range(groups)]
    for name in names:
        lab.run("create-cluster", name, "--engine", "redis", "--replicas", "1", "--zones", "us-east-1a,us-east-1b")
    endpoints = [lab.endpoint(name) for name in names]
    start = time.monotonic()
    lab.run("fault", "lose-zone", "us-east-1a")
    for endpoint in endpoints:
        until_writable(endpoint, start)
    took = time.monotonic() - start
    lab.run("fault", "restore-zone", "us-east-1a")
    for name in names:
        lab.run("delete-cluster", name)
    table.add(f"AZ lost with {groups} primaries, all writable (CLI call included)", 1, "–", f"{took * 1e3:.0f} ms", "≤ 1 s",
              took <= 1.0)


def measure_cli(table, lab, n):
    create(lab, "shown", "--engine", "redis", "--replicas", "2")

    def wall(words):
        start = time.monotonic()
        subprocess.run(words, env=lab.environment, stdout=subprocess.DEVNULL, check=True)
        return time.monotonic() - start

    program = os.path.join(e2e.BIN, "elastilab")
    floors = [wall(["/bin/true"]) for _ in range(n)]
    times = [wall([program, "describe-cluster", "shown"]) for _ in range(n)]
    table.add("CLI answer: describe-cluster", n, milliseconds(floors), milliseconds(times), "≤ 20 ms",
              statistics.median(times) <= 0.020)
    lab.run("delete-cluster", "shown")


def sqlite_floor(directory, seconds=1.0):
    db = sqlite3.connect(os.path.join(directory, "floor.db"), isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)")
    start, count = time.monotonic(), 0
    while time.monotonic() - start < seconds:
        db.execute("INSERT INTO t(v) VALUES('x')")
        count += 1
    return count / (time.monotonic() - start)


def measure_mutations(table, lab, seconds):
    """Durable changes through the whole CLI would measure process starts: gRPC from Python where it is at hand."""
    try:
        import grpc
    except ImportError:
        print("  durable mutations: python3-grpcio is not installed, left out", file=sys.stderr)
        return
    create(lab, "tagged", "--engine", "redis")
    arn = lab.group("tagged")["ARN"].encode()

    def field(number, data):
        return bytes([number << 3 | 2, len(data)]) + data

    def work(worker):
        channel = grpc.insecure_channel(f"unix:{lab.dir}/run/control.sock", options=[("grpc.use_local_subchannel_pool", 1)])
        call = channel.unary_unary("/elasticache.v1.Tags/AddTagsToResource", lambda b: b, lambda b: b)
        count, deadline = 0, time.monotonic() + seconds
        while time.monotonic() < deadline:
            call(field(1, arn) + field(2, field(1, b"k%d" % worker) + field(2, b"%d" % count)))
            count += 1
        channel.close()
        return count

    floor = sqlite_floor(lab.dir)
    with ThreadPoolExecutor(16) as pool:
        total = sum(pool.map(work, range(16)))
    rate = total / seconds
    table.add("durable mutations/s, 16 callers (Python gRPC clients)", 1, f"{floor:.0f} commits/s", f"{rate:.0f}/s", "≥ 1,500/s",
              rate >= 1500)
    lab.run("delete-cluster", "tagged")


def throughput(address, kind):
    out = subprocess.run(["redis-benchmark", "-h", address, "-t", kind, "-n", "60000", "-c", "50", "-q", "--csv"],
                         capture_output=True, text=True, check=True).stdout
    return float(out.strip().splitlines()[-1].split(",")[1].strip('"'))


def measure_throughput(table, lab, rounds):
    create(lab, "busy", "--engine", "redis", "--replicas", "1")
    nodes = lab.nodes("busy")
    for what, direct, through, kind in (
            ("client throughput, primary endpoint (SET)", nodes["busy-001"]["Address"], lab.endpoint("busy"), "set"),
            ("… reader endpoint (GET)", nodes["busy-002"]["Address"], lab.endpoint("busy", "reader"), "get")):
        floors, rates = [], []
        for _ in range(rounds):
            floors.append(throughput(direct, kind))
            rates.append(throughput(through, kind))
        ratio = statistics.median(rates) / statistics.median(floors)
        table.add(what, rounds, f"{statistics.median(floors):.0f}/s direct", f"{statistics.median(rates):.0f}/s ({ratio:.2f})",
                  "≥ 0.97 of direct", ratio >= 0.97)
    lab.run("delete-cluster", "busy")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few repetitions")
    parser.add_argument("--markdown", action="store_true", help="the table as the README has it")
    options = parser.parse_args()
    n = 5 if options.quick else 30
    table = Table()
    measure_up(table, 3 if options.quick else 10)
    lab = Lab(rehearse=False)
    try:
        lab.up()
        measure_idle(table, lab, 1 if options.quick else 5)
        measure_create(table, lab, n)
        measure_failover(table, lab, n)
        measure_lost_zone(table, lab, 5 if options.quick else 15)
        measure_cli(table, lab, n * 2)
        measure_mutations(table, lab, 1 if options.quick else 3)
        measure_throughput(table, lab, 1 if options.quick else 7)
    finally:
        lab.close()
    measure_api(table, options.quick, sqlite_floor)
    table.show(options.markdown)


if __name__ == "__main__":
    main()
