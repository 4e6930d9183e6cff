"""The AWS Query API and IAM: latency as boto3 sees it, signed requests per second, durable changes, the policy engine, and
a control plane with 10,000 resources. No agents run here: the resources exist in the control plane only."""
import json
import os
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from lab import Lab
from table import microseconds, milliseconds, percentile

HERE = os.path.dirname(os.path.abspath(__file__))
CLUSTERS, RESOURCES = 1_000, 10_000
CALLERS = 16


class BareControlPlane:
    """elastilabd without agents, its quotas raised."""

    def __init__(self):
        self.lab, self.process = Lab(rehearse=False), None
        self.url = f"http://127.0.0.1:{self.lab.http_port}"

    def start(self):
        """Seconds from the exec until it is ready, as it says itself."""
        ready, told = os.pipe()
        start = time.monotonic()
        self.process = subprocess.Popen(
            [Lab.program("elastilabd"), "--data-dir", self.lab.dir, "--grpc-port", str(self.lab.grpc_port), "--http-port",
             str(self.lab.http_port), "--dns-port", str(self.lab.dns_port), "--subnet-base", str(self.lab.base), "--no-agents",
             "--quota-factor", "100", "--ready-fd", str(told)], pass_fds=(told,), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(told)
        line = os.read(ready, 1000)
        took = time.monotonic() - start
        os.close(ready)
        if line != b"READY\n":
            raise RuntimeError(f"elastilabd: {line!r}")
        return took

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def close(self):
        if self.process and self.process.poll() is None:
            self.stop()
        self.lab.close()

    def signed(self, action, **parameters):
        """One request, whole, as bytes."""
        body = urlencode({"Action": action, "Version": "2015-02-02", **parameters})
        request = AWSRequest("POST", self.url + "/", data=body,
                             headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
        SigV4Auth(Credentials("test", "test"), "elasticache", "us-east-1").add_auth(request)
        prepared = request.prepare()
        head = {"Host": f"127.0.0.1:{self.lab.http_port}", **prepared.headers, "Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value if isinstance(value, str) else value.decode()}\r\n" for name, value in head.items())
        return f"POST / HTTP/1.1\r\n{lines}\r\n{body}".encode()

    def connect(self):
        return Keeper(self.lab.http_port)

    def boto3(self, url=None):
        return boto3.client("elasticache", endpoint_url=url or self.url, region_name="us-east-1", aws_access_key_id="test",
                            aws_secret_access_key="test", config=Config(retries={"max_attempts": 0}))

    def all_of(self, requests):
        """Sends them all on CALLERS connections; a refused one is an error of the benchmark."""
        def work(part):
            connection = self.connect()
            for request in part:
                connection.call(request)
        with ThreadPoolExecutor(CALLERS) as pool:
            list(pool.map(work, [requests[i::CALLERS] for i in range(CALLERS)]))


class Keeper:
    """One connection that is kept."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, request):
        self.sock.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        while len(body) < length:
            body += self._more()
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(body.decode())
        return body

    def _more(self):
        data = self.sock.recv(1 << 16)
        if not data:
            raise ConnectionError("closed")
        return data


class CannedServer:
    """Answers every request with the same bytes: what boto3 costs by itself."""

    def __init__(self, body):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        self.answer = head.encode() + body
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        peer, _ = self.listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            request = b""
            while b"\r\n\r\n" not in request:
                data = peer.recv(1 << 16)
                if not data:
                    return
                request += data
            head, _, body = request.partition(b"\r\n\r\n")
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
            while len(body) < length:
                body += peer.recv(1 << 16)
            peer.sendall(self.answer)


def replay(url, requests, seconds):
    """wrk with one thread, the server has the other core."""
    with tempfile.NamedTemporaryFile(prefix="elab-requests-") as file:
        file.write(b"".join(request + b"\0\0\0\0" for request in requests))
        file.flush()
        out = subprocess.run(["wrk", "-t1", f"-c{CALLERS}", f"-d{seconds}s", "-s", f"{HERE}/replay.lua", url, "--", file.name],
                             capture_output=True, text=True, check=True).stdout
    result = json.loads(out.strip().splitlines()[-1])
    if result["refused"] or result["broken"]:
        raise RuntimeError(f"{result['refused']} requests were refused, {result['broken']} broke")
    return result


def timed(call, n):
    times = []
    for _ in range(n):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return times


def create_clusters(plane, first, last):
    plane.all_of([plane.signed("CreateCacheCluster", CacheClusterId=f"c{i:05}", Engine="memcached", NumCacheNodes=1,
                               CacheNodeType="cache.t4g.micro") for i in range(first, last)])


def create_others(plane, count):
    """Users, parameter groups and subnet groups, a third each."""
    kinds = [lambda i: plane.signed("CreateUser", UserId=f"u{i:05}", UserName=f"u{i:05}", Engine="redis",
                                    AccessString="on ~* +@all", NoPasswordRequired="true"),
             lambda i: plane.signed("CreateCacheParameterGroup", CacheParameterGroupName=f"p{i:05}",
                                    CacheParameterGroupFamily="redis7", Description="d"),
             lambda i: plane.signed("CreateCacheSubnetGroup", CacheSubnetGroupName=f"s{i:05}", CacheSubnetGroupDescription="d",
                                    **{"SubnetIds.SubnetIdentifier.1": "subnet-0a000001"})]
    plane.all_of([kinds[i % 3](i) for i in range(count)])


def measure_boto3(table, plane, n):
    describe = plane.signed("DescribeCacheClusters", CacheClusterId="c00000")
    canned = CannedServer(plane.connect().call(describe))

    def times(url):
        client = plane.boto3(url)
        ask = lambda: client.describe_cache_clusters(CacheClusterId="c00000")  # noqa: E731
        timed(ask, 30)
        return timed(ask, n)

    floor, product = times(canned.url), times(plane.url)
    table.add("boto3: describe_cache_clusters of one", n, milliseconds(floor), milliseconds(product), "p50 ≤ 2, p99 ≤ 10 ms",
              statistics.median(product) <= 0.002 and percentile(product, 0.99) <= 0.010)


def measure_rates(table, plane, seconds):
    health = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{plane.lab.http_port}\r\n\r\n".encode()
    floor = replay(plane.url, [health], seconds)
    by_id = replay(plane.url, [plane.signed("DescribeCacheClusters", CacheClusterId=f"c{i:05}") for i in range(CLUSTERS)], seconds)
    table.add(f"signed Describe/s by id, {CLUSTERS:,} clusters, {CALLERS} connections", 1, f"{floor['rate']:.0f}/s (/health)",
              f"{by_id['rate']:.0f}/s, p99 {by_id['p99'] * 1e3:.1f} ms", "≥ 10,000/s", by_id["rate"] >= 10_000)
    page = replay(plane.url, [plane.signed("DescribeCacheClusters", MaxRecords=100)], seconds)
    table.add("… a page of 100 clusters", 1, "–", f"{page['rate']:.0f}/s of {page['bytes'] / 1024:.0f} KiB, "
              f"{page['rate'] * page['bytes'] / 2**20:.0f} MiB/s", "said", True)


def measure_changes(table, plane, seconds, floor):
    arn = "arn:aws:elasticache:us-east-1:000000000000:cluster:c00000"
    changes = [plane.signed("AddTagsToResource", ResourceName=arn, **{"Tags.Tag.1.Key": f"k{i % 16}", "Tags.Tag.1.Value": str(i)})
               for i in range(4_000)]
    done = replay(plane.url, changes, seconds)
    table.add(f"signed durable changes/s with their trail, {CALLERS} connections", 1, f"{floor:.0f} commits/s", f"{done['rate']:.0f}/s",
              "≥ 1,500/s", done["rate"] >= 1_500)


def measure_policy(table):
    out = subprocess.run([Lab.program("policy_bench"), "--benchmark_format=json", "--benchmark_filter=Evaluate50Statements$"],
                         capture_output=True, text=True, check=True).stdout
    took = json.loads(out)["benchmarks"][0]["real_time"]
    table.add("policy evaluation, 50 statements", json.loads(out)["benchmarks"][0]["iterations"], "–", f"{took:.1f} µs", "≤ 20 µs",
              took <= 20)


def measure_passes(table):
    """One pass of the reconciler over a group, beside 10 groups (the floor) and beside 10,000."""
    out = subprocess.run([Lab.program("pass_bench"), "--benchmark_format=json", "--benchmark_repetitions=5"],
                         capture_output=True, text=True, check=True).stdout
    runs = [b for b in json.loads(out)["benchmarks"] if b["run_type"] == "iteration"]
    few, many = (min(b["real_time"] for b in runs if b["name"].startswith(f"Pass/{n}/") or b["name"] == f"Pass/{n}")
                 for n in (10, 10000))
    table.add("a pass over a group, 10,000 groups beside it (floor: 10)", sum(b["iterations"] for b in runs),
              f"{few:.1f} µs", f"{many:.1f} µs", "as fast", many <= 1.5 * few)


def measure_size(table, plane, n):
    """The same questions with a few resources and with 10,000."""
    describe = plane.signed("DescribeCacheClusters", CacheClusterId="c00007")

    def by_id():
        """The best of some rounds: a machine's other work costs more than what is compared here."""
        rounds = []
        for _ in range(5):
            connection = plane.connect()
            timed(lambda: connection.call(describe), 200)
            rounds.append(timed(lambda: connection.call(describe), n))
        return min(rounds, key=statistics.median)

    create_clusters(plane, 0, 10)
    few = by_id()
    yield
    create_others(plane, RESOURCES - CLUSTERS)
    many = by_id()
    table.add(f"Describe by id, {RESOURCES:,} resources (floor: 10)", n, microseconds(few), microseconds(many), "as fast",
              statistics.median(many) <= statistics.median(few) * 1.2)
    plane.stop()
    starts = []
    for _ in range(5):
        starts.append(plane.start())
        plane.stop()
    table.add(f"control plane with {RESOURCES:,} resources: start", len(starts), "–", milliseconds(starts), "≤ 1 s",
              percentile(starts, 0.99) <= 1.0)


def measure_api(table, quick, commits_per_second):
    """`commits_per_second`: measures SQLite alone in a directory."""
    seconds, n = (1, 200) if quick else (5, 2_000)
    plane = BareControlPlane()
    try:
        plane.start()
        size = measure_size(table, plane, n)
        next(size)
        create_clusters(plane, 10, CLUSTERS)
        measure_boto3(table, plane, n)
        measure_rates(table, plane, seconds)
        measure_changes(table, plane, seconds, commits_per_second(plane.lab.dir))
        next(size, None)
        measure_policy(table)
        measure_passes(table)
    finally:
        plane.close()
