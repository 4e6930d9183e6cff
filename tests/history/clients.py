"""Clients of the caches, in processes of their own: raw sockets, every operation recorded (history.Op).

A write ends as acknowledged, refused (an error reply: certainly not applied) or unknown (the connection was lost after it
was sent). What could not be sent at all is not recorded. On each connection a client first asks which process answers.
"""
import json
import os
import random
import socket
import threading
import time
from collections import deque

from history import NIL, OK, REFUSED, UNKNOWN, Op, line_of

REGISTERS = 4        # keys of kind "r" per writer
PADDINGS = (0, 0, 40, 200, 1000)


class Refused(Exception):
    """The engine's error reply."""


class Connection:
    def __init__(self, address, port, timeout):
        self.sock = socket.create_connection((address, port), timeout=timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.sock.makefile("rb")
        self.pid = 0

    def identify(self):
        self.sock.sendall(command("INFO", "server"))
        for line in (self.reply() or "").split("\r\n"):
            if line.startswith("process_id:"):
                self.pid = int(line.split(":")[1])

    def reply(self):
        line = self.file.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("closed")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise Refused(rest)
        if kind == b"$":
            if rest == "-1":
                return None
            data = self.file.read(int(rest) + 2)
            if len(data) < int(rest) + 2:
                raise ConnectionError("closed")
            return data[:-2].decode()
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        return int(rest) if kind == b":" else rest

    def close(self):
        self.file.close()
        self.sock.close()


def command(*words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


def encode_value(client, number, padding):
    return f"{client}:{number}:" + "." * padding


def decode_value(text, key):
    """The number of the write that `text` comes from; what is no value of this key's writer is a number never written."""
    if text is None:
        return NIL
    client, _, rest = text.partition(":")
    number = rest.partition(":")[0]
    return int(number) if client == key.split(":")[1] and number.isdigit() else 2**62


class Directory:
    """Addresses of a cache, rewritten by the stage when nodes come and go."""

    def __init__(self, path, cache):
        self.path, self.cache = path, cache

    def address(self, where, chance):
        with open(self.path, encoding="utf-8") as file:
            entry = json.load(file)[self.cache]
        return chance.choice(entry["nodes"]) if where == "node" else entry[where]


class Client(threading.Thread):
    def __init__(self, name, directory, where, seed, rate, shared):
        super().__init__(name=name, daemon=True)
        self.client, self.directory, self.where, self.rate, self.shared = name, directory, where, rate, shared
        self.chance = random.Random(seed)
        self.connection = None

    def run(self):
        while not self.shared.stopping.is_set():
            try:
                if self.connection is None:
                    address, port = self.directory.address(self.where, self.chance)
                    self.connection = Connection(address, port, self.chance.choice((0.5, 1.0, 5.0)))
                    self.connection.identify()
                self.turn()
                self.shared.stopping.wait(self.chance.expovariate(self.rate))
            except (OSError, Refused):
                self.disconnect()
                self.shared.stopping.wait(0.005)
        self.disconnect()

    def disconnect(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def record(self, kind, key, value, size, invoked, outcome):
        op = Op(kind, self.directory.cache, self.where, self.client, key, value, size, invoked, time.monotonic(), outcome,
                self.connection.pid if self.connection else 0)
        self.shared.record(op)
        return op


class Writer(Client):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.number = 0
        self.registers = [f"r:{self.client}:{i}" for i in range(REGISTERS)]
        self.renamed = 0

    def turn(self):
        """A pipeline of writes; now and then a long one."""
        count = self.chance.choice((1, 1, 1, 4, 8)) if self.chance.random() < 0.97 else 150
        writes, sent = [], []
        for _ in range(count):
            self.number += 1
            register = self.chance.random() < 0.3
            key = self.chance.choice(self.registers) if register else f"u:{self.client}:{self.number}"
            data = command("SET", key, encode_value(self.client, self.number, self.chance.choice(PADDINGS)))
            writes.append((key, self.number, len(data)))
            sent.append(data)
        invoked = time.monotonic()
        try:
            self.connection.sock.sendall(b"".join(sent))
            answered = 0
            refusals = 0
            for key, number, size in writes:
                try:
                    self.connection.reply()
                    self.shared.recent.append(self.record("write", key, number, size, invoked, OK).key)
                except Refused:
                    refusals += 1
                    self.record("write", key, number, size, invoked, REFUSED)
                answered += 1
        except OSError:
            for key, number, size in writes[answered:]:
                self.record("write", key, number, size, invoked, UNKNOWN)
                self._abandon(key)
            raise
        if refusals:
            raise Refused("look for the primary again")

    def _abandon(self, key):
        if key in self.registers:
            self.renamed += 1
            self.registers[self.registers.index(key)] = f"r:{self.client}:{REGISTERS + self.renamed}"


class Reader(Client):
    def turn(self):
        recent = list(self.shared.recent)[-40:]
        keys = [self.chance.choice(recent) for _ in range(self.chance.choice((1, 1, 4)))] if recent else []
        invoked = time.monotonic()
        self.connection.sock.sendall(b"".join(command("GET", key) for key in keys))
        for key in keys:
            value = decode_value(self.connection.reply(), key)
            self.record("read", key, value, 0, invoked, OK)


class Shared:
    """What the clients of one cache have in common."""

    def __init__(self, file, lock):
        self.stopping = threading.Event()
        self.recent = deque(maxlen=500)
        self.file, self.lock = file, lock

    def record(self, op):
        line = line_of(op)
        with self.lock:
            self.file.write(line)


def serve(caches, addresses, path, seed, rate, stop):
    """Runs the clients of some caches until `stop` is set: the main function of a client process."""
    os.setsid()
    lock = threading.Lock()
    with open(path, "w", encoding="utf-8") as file:
        clients, everyone = [], []
        for cache in caches:
            shared = Shared(file, lock)
            everyone.append(shared)
            for kind, where, count in ((Writer, "primary", 2), (Writer, "node", 1), (Reader, "primary", 2), (Reader, "reader", 1),
                                       (Reader, "node", 1)):
                for i in range(count):
                    name = f"{cache}.{where[0]}{'w' if kind is Writer else 'r'}{i}"
                    clients.append(kind(name, Directory(addresses, cache), where, f"{seed}/{name}", rate, shared))
        for client in clients:
            client.start()
        stop.wait()
        for shared in everyone:
            shared.stopping.set()
        for client in clients:
            client.join()
