"""A lab of its own for each test class: real daemons, real engines, its own data directory, ports and addresses.

Everything is driven as a user drives it, through the `elastilab` CLI and plain sockets. Waiting is an assertion:
`eventually` polls a fact until it holds and fails with what it last saw.
"""
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

BIN = os.environ.get("ELASTILAB_BIN", "")
# Second octets for labs of tests; a file lock keeps two test processes apart.
FIRST_BASE, LAST_BASE, OCTETS_PER_LAB = 51, 240, 5


class Redis:
    """A minimal RESP client: replies as str, int, None, list; errors as RedisError."""

    class Error(Exception):
        pass

    def __init__(self, address, port=6379, timeout=2.0):
        self.sock = socket.create_connection((address, port), timeout=timeout)
        self.file = self.sock.makefile("rb")

    def __call__(self, *words):
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
        self.sock.sendall(b"".join(parts))
        return self.read()

    def read(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("closed")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise Redis.Error(rest)
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode()
        return [self.read() for _ in range(int(rest))]

    def close(self):
        self.file.close()
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def redis(address, *words, port=6379):
    """One command on a connection of its own."""
    with Redis(address, port) as client:
        return client(*words)


def memcached(address, request, port=11211, end=b"END\r\n"):
    with socket.create_connection((address, port), timeout=2) as sock:
        sock.sendall(request)
        reply = b""
        while not reply.endswith(end):
            chunk = sock.recv(65536)
            if not chunk:
                break
            reply += chunk
        return reply


def eventually(fact, seconds=15.0, what="the fact"):
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            value = fact()
            if value:
                return value
            last = value
        except (OSError, ConnectionError, Redis.Error, AssertionError, KeyError, IndexError) as error:
            last = error
        time.sleep(0.002)
    raise AssertionError(f"{what} did not come true in {seconds} s; last seen: {last!r}")


class CommandFailed(AssertionError):
    def __init__(self, words, result):
        super().__init__(f"{' '.join(words)}: exit {result.returncode}\n{result.stdout}\n{result.stderr}")
        self.code, self.stderr, self.stdout = result.returncode, result.stderr, result.stdout


class Lab:
    def __init__(self, rehearse=True):
        """`rehearse`: its store runs each mutation more than once, as one that replicates may. Not to measure times by."""
        self.dir = tempfile.mkdtemp(prefix="elab-")
        self.base, self.lock = self._take_base()
        self.grpc_port, self.http_port, self.dns_port = (20000 + self.base * 10 + i for i in range(3))
        self.environment = {**os.environ, "ELASTILAB_DATA_DIR": self.dir, "NO_COLOR": "1"}
        self.environment.pop("ELASTILAB_REHEARSE_MUTATIONS", None)
        if rehearse:
            self.environment["ELASTILAB_REHEARSE_MUTATIONS"] = "1"

    @staticmethod
    def _take_base():
        for base in range(FIRST_BASE, LAST_BASE, OCTETS_PER_LAB):
            lock = open(f"/tmp/elastilab-test-base-{base}.lock", "w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return base, lock
            except OSError:
                lock.close()
        raise RuntimeError("no addresses left for another test lab")

    @staticmethod
    def program(name="elastilab"):
        return os.path.join(BIN, name)

    def run(self, *words, check=True, timeout=60, env=None):
        command = [self.program(), *words]
        result = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                                env={**self.environment, **(env or {})}, check=False)
        if check and result.returncode != 0:
            raise CommandFailed(command, result)
        return result

    def json(self, *words, **options):
        return json.loads(self.run(*words, "-o", "json", **options).stdout)

    def up(self, *flags, env=None, check=True):
        return self.run("up", *flags, "--data-dir", self.dir, "--grpc-port", str(self.grpc_port), "--http-port", str(self.http_port),
                        "--dns-port", str(self.dns_port), "--subnet-base", str(self.base), env=env, check=check)

    def down(self, check=True):
        return self.run("down", check=check)

    def topology(self, name):
        return self.json("describe-cluster", name)

    def nodes(self, name):
        return {node["ClusterId"] if node["Role"] else f"{node['ClusterId']}/{node['NodeId']}": node
                for node in self.topology(name)["Nodes"]}

    def endpoint(self, name, kind="primary"):
        return next(e["Address"] for e in self.topology(name)["Endpoints"] if e["Kind"] == kind)

    def group(self, name):
        return self.json("describe-replication-groups", "--replication-group-id", name)["ReplicationGroups"][0]

    def cluster(self, name):
        return self.json("describe-cache-clusters", "--cache-cluster-id", name, "--show-cache-node-info")["CacheClusters"][0]

    def events(self, **filters):
        words = [w for key, value in filters.items() for w in (f"--{key.replace('_', '-')}", value)]
        return [event["Message"] for event in self.json("describe-events", *words)["Events"]]

    def settled(self, name):
        """Every node of the group is as wished and the group says so."""
        def fact():
            topology = self.topology(name)
            return topology["Status"] == "available" and all(
                node["Status"] == "available" and node["Phase"] == "ready" for node in topology["Nodes"]) and topology
        return eventually(fact, what=f"{name} settled")

    def processes(self):
        """pid → command line of everything that belongs to this lab: each writes its log into the lab's directory."""
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    line = file.read().replace(b"\0", b" ").decode(errors="replace")
                output = os.readlink(f"/proc/{pid}/fd/1")
                with open(f"/proc/{pid}/stat") as file:
                    state = file.read().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if state == "Z" or int(pid) == os.getpid():
                continue
            if output.startswith(self.dir + "/"):
                found[int(pid)] = line
        return found

    def daemon_pid(self):
        with open(os.path.join(self.dir, "elastilabd.pid")) as file:
            return int(file.read())

    def close(self):
        self.down(check=False)
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.dir, ignore_errors=True)
        self.lock.close()


class LabTest(unittest.TestCase):
    """Tests of one class share a lab that is up; each makes and deletes its own clusters."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        try:
            cls.lab.up()
        except BaseException:
            cls.lab.close()
            raise

    @classmethod
    def tearDownClass(cls):
        try:
            cls.lab.down()
            left = cls.lab.processes()
            assert not left, f"down left processes behind: {left}"
        finally:
            cls.lab.close()

    def create(self, name, *words):
        self.lab.run("create-cluster", name, *words)
        self.addCleanup(self.lab.run, "delete-cluster", name, check=False)

    def assertRefused(self, code, *words):
        result = self.lab.run(*words, check=False)
        self.assertNotEqual(result.returncode, 0, f"{words} was accepted")
        self.assertIn(code, result.stderr)
        return result
