"""The lab of a run: its caches, their addresses, what they hold at the end and whether they are as they should be."""
import dataclasses
import json
import os
import time

import clients
from history import NIL, OK, Final, Op
from lab import Lab

SETTLE_SECONDS = 60.0


@dataclasses.dataclass(frozen=True)
class Spec:
    name: str
    engine: str = "redis"
    replicas: int = 0
    automatic: bool = False  # automatic failover
    is_group: bool = True


SPECS = (Spec("a1", replicas=1, automatic=True), Spec("b1", replicas=1), Spec("a2", replicas=2, automatic=True),
         Spec("b2", replicas=2), Spec("a0"), Spec("lone", is_group=False), Spec("pages", engine="memcached", is_group=False))


def cache_of(node):
    """"a1-002" → "a1": members of a group are named after it."""
    name, _, number = node.rpartition("-")
    return name if name and len(number) == 3 and number.isdigit() else node


class Stage:
    PARAMETER_GROUP = "history"
    UP_FLAGS = ("--quota-factor", "100")

    def __init__(self, names, path):
        self.specs = [spec for spec in SPECS if not names or spec.name in names]
        self.lab = Lab()
        self.addresses = path
        self.known = {}
        self.zones, self.zone_of, self.name_of = [], {}, {}
        self.offsets = [(0.0, time.time() - time.monotonic())]  # the lab's time from which on it differs by so much

    def build(self):
        self.lab.up(*self.UP_FLAGS)
        self.zones = [zone["Name"] for zone in self.lab.json("status")["Zones"]]
        self.lab.run("create-cache-parameter-group", "--cache-parameter-group-name", self.PARAMETER_GROUP,
                     "--cache-parameter-group-family", "redis7", "--description", "histories")
        for spec in self.specs:
            self._create(spec)
        for spec in self.specs:
            self.lab.settled(spec.name)
        self.write_directory()

    def _create(self, spec):
        if not spec.is_group:
            nodes = "1" if spec.engine == "redis" else "2"
            self.lab.run("create-cache-cluster", "--cache-cluster-id", spec.name, "--engine", spec.engine, "--cache-node-type",
                         "cache.t4g.micro", "--num-cache-nodes", nodes)
            return
        multi_az = ["--multi-az"] if spec.automatic else []
        version = ["--engine-version", "7.0"] if spec.name != "b2" else []
        self.lab.run("create-cluster", spec.name, "--engine", "redis", "--replicas", str(spec.replicas), *multi_az, *version,
                     "--parameter-group", self.PARAMETER_GROUP)
        if spec.replicas and not spec.automatic:
            self.lab.run("modify-replication-group", "--replication-group-id", spec.name, "--no-automatic-failover-enabled",
                         "--apply-immediately")

    def nodes(self, name):
        """The nodes as the lab says, or as it last said while it can't."""
        result = self.lab.run("describe-cluster", name, "-o", "json", check=False)
        if result.returncode == 0:
            self.known[name] = json.loads(result.stdout)
            self.name_of |= {str(node["Uid"]): node["ClusterId"] for node in self.known[name]["Nodes"]}
            self.zone_of |= {node["ClusterId"]: node["Zone"] for node in self.known[name]["Nodes"]}
        return self.known.get(name, {"Nodes": []})["Nodes"]

    def directory(self, name):
        return clients.Directory(self.addresses, name)

    def write_directory(self, *names):
        entries = {}
        if names:
            with open(self.addresses, encoding="utf-8") as file:
                entries = json.load(file)
        for spec in self.specs:
            if spec.engine != "redis" or (names and spec.name not in names):
                continue
            nodes = [[n["Address"], n["Port"]] for n in self.nodes(spec.name)]
            of_kind = {e["Kind"]: [e["Address"], e["Port"]] for e in self.known[spec.name]["Endpoints"]}
            entries[spec.name] = {"nodes": nodes, "primary": of_kind.get("primary", nodes[0]),
                                  "reader": of_kind.get("reader", nodes[0])}
        temporary = f"{self.addresses}.{time.monotonic()}"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(entries, file)
        os.replace(temporary, self.addresses)

    def prefill(self, mib):
        """Fills each redis group with values of 16 KiB; each is an acknowledged write like any other."""
        ops = []
        for spec in self.specs:
            if spec.engine != "redis" or not spec.is_group:
                continue
            connection = clients.Connection(*self.directory(spec.name).address("primary", None), 30.0)
            connection.identify()
            for first in range(0, mib * 64, 64):
                commands = [(f"u:{spec.name}.fill:{n}", n) for n in range(first, first + 64)]
                data = [clients.command("SET", key, clients.encode_value(f"{spec.name}.fill", n, 16_300)) for key, n in commands]
                invoked = time.monotonic()
                connection.sock.sendall(b"".join(data))
                for (key, n), sent in zip(commands, data):
                    connection.reply()
                    ops.append(Op("write", spec.name, "primary", f"{spec.name}.fill", key, n, len(sent), invoked,
                                  time.monotonic(), OK, connection.pid))
            connection.close()
        return ops

    def advance_a_day(self):
        """Turns the lab's clock, and notes that its times differ by a day more from then on."""
        if self.lab.run("clock", "advance", "1d", check=False).returncode == 0:
            offset = self.offsets[-1][1] + 86400.0
            self.offsets.append((time.monotonic() + offset - 43200.0, offset))

    # ---- the end

    def judge(self):
        """Waits until each cache is settled, then says what is wrong with it and reads all that it holds."""
        deadline = time.monotonic() + SETTLE_SECONDS
        states, finals = [], []
        for spec in self.specs:
            wrong = self._await_settled(spec, deadline)
            held = None
            if not wrong and spec.engine == "redis":
                wrong, held = self._look_at_engines(spec)
            finals += held or []
            states.append({"cache": spec.name, "time": time.monotonic(), "read": held is not None, "wrong": wrong})
        return states, finals

    def _await_settled(self, spec, deadline):
        while (wrong := self._unsettled(spec)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return wrong

    def _unsettled(self, spec):
        result = self.lab.run("describe-cluster", spec.name, "-o", "json", check=False)
        if result.returncode != 0:
            return [f"describe-cluster: {result.stderr}"]
        topology = json.loads(result.stdout)
        wrong = [] if topology["Status"] == "available" else [f"its status is {topology['Status']}"]
        for node in topology["Nodes"]:
            if (node["Status"], node["Phase"]) != ("available", "ready"):
                wrong.append(f"{node['ClusterId']}/{node['NodeId']} is {node['Status']}, {node['Phase']} {node['Problem']}")
        explained = self.lab.json("explain", spec.name, check=False)
        said = " ".join([explained["Summary"], *explained["Lines"]])
        count = len(topology["Nodes"])
        if f"{count} of {count} nodes are as wished" not in said:
            wrong.append(f"explain: {said}")
        if wrong:
            return wrong
        roles = sorted(node["Role"] for node in topology["Nodes"])
        if spec.engine == "redis" and roles != ["primary"] + ["replica"] * (count - 1):
            return [f"it says that it is available, with roles {roles}; explain: {said}"]
        return []

    def _look_at_engines(self, spec):
        """([what is wrong], what the primary holds)."""
        nodes, wrong = self.nodes(spec.name), []
        try:
            primary = clients.Connection(*self._primary_address(spec), 30.0)
            primary.sock.sendall(clients.command("ROLE") + clients.command("SET", "settled", "1"))
            role, answer = primary.reply(), primary.reply()
            if role[0] != "master" or answer != "OK":
                wrong.append(f"the primary endpoint is answered by a {role[0]} that says {answer}")
            finals = read_all(primary, spec.name)
            size = self._ask(primary, "DBSIZE")
            masters = []
            for node in nodes:
                with_node = clients.Connection(node["Address"], node["Port"], 10.0)
                if self._ask(with_node, "ROLE")[0] == "master":
                    masters.append(node["ClusterId"])
                elif not self._comes_to(with_node, size):
                    wrong.append(f"{node['ClusterId']} holds {self._ask(with_node, 'DBSIZE')} keys, its primary {size}")
                with_node.close()
            if len(masters) != 1:
                wrong.append(f"masters among its nodes: {masters}")
            primary.close()
            return wrong, finals
        except (OSError, clients.Refused) as error:
            return wrong + [f"says that it is available, and: {error!r}"], None

    def _primary_address(self, spec):
        self.write_directory(spec.name)
        return self.directory(spec.name).address("primary", None)

    @staticmethod
    def _ask(connection, *words):
        connection.sock.sendall(clients.command(*words))
        return connection.reply()

    def _comes_to(self, connection, size):
        deadline = time.monotonic() + 5.0
        while time.monotonic() < deadline:
            if self._ask(connection, "DBSIZE") == size:
                return True
            time.sleep(0.02)
        return False


def read_all(connection, cache):
    """Every key of ours with the number of its write; values are read from their beginning only."""
    finals, cursor = [], "0"
    while True:
        connection.sock.sendall(clients.command("SCAN", cursor, "COUNT", 1000))
        cursor, keys = connection.reply()
        keys = [key for key in keys if key[:2] in ("u:", "r:")]
        connection.sock.sendall(b"".join(clients.command("GETRANGE", key, 0, 80) for key in keys))
        for key in keys:
            value = clients.decode_value(connection.reply() or None, key)
            if value != NIL:
                finals.append(Final(cache, key, value))
        if cursor == "0":
            return finals
