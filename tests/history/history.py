"""What is recorded of one run, and how it is kept in a directory.

    ops.*.tsv     one line per operation of a client (Op), a file per client process
    final.tsv     what each cache held at the end, key by key (Final)
    faults.tsv    what was done to the lab (Fault): begun, ended, to whom, how it went
    exits.tsv     when each engine process ended (Exit), seen through its pidfd
    rows.json     `elastilab failovers`; events.json: `describe-events`; state.json: how each cache stood at the end
    script.json   the seed, the flags and the script of faults

All times are seconds of CLOCK_MONOTONIC. The lab's own times are wall-clock times; `meta.json` holds the difference,
which grows when a run turns the lab's clock.

Each key has one writer, which writes a number that only grows, so that a value says which write it comes from. A key of
kind "u" is written once; one of kind "r" again and again, until one of its writes has an unknown outcome: then the writer
goes on to another key, since a write that is still in some socket may be applied at any later time.
"""
import dataclasses
import datetime
import glob
import json
import os

OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"
NIL = -1


@dataclasses.dataclass(slots=True)
class Op:
    kind: str        # "write", "read"
    cache: str       # id of the replication group or cache cluster
    where: str       # "primary", "reader", "node": the endpoint that was used
    client: str
    key: str
    value: int       # written or read; NIL: there is no such key
    size: int        # bytes of the command in the replication stream, at least
    invoked: float
    done: float
    outcome: str     # of a write; a read that failed is not recorded
    pid: int         # of the engine that answered; 0: unknown


@dataclasses.dataclass(slots=True)
class Final:
    cache: str
    key: str
    value: int


@dataclasses.dataclass(slots=True)
class Fault:
    kind: str        # script.py names them
    begun: float
    ended: float     # when its last step was done: SIGCONT, restore-zone, `up`
    target: str      # cluster id, zone, cache, or "lab"
    pid: int         # of the process that was harmed; 0: none in particular
    result: str      # "done", or why not


@dataclasses.dataclass(slots=True)
class Exit:
    pid: int
    node: str        # cluster id
    zone: str
    started: float
    ended: float


@dataclasses.dataclass(slots=True)
class Row:
    """One recovery as `elastilab failovers` tells it; times are seconds of CLOCK_MONOTONIC, None: not reached."""
    id: int
    cache: str
    cause: str
    old_primary: str
    new_primary: str
    started: float
    promoted: float | None
    last_step: float
    offset_age: float | None
    lost_bytes: int | None
    emptied: bool            # all that was held is lost
    keys: int | None         # held when they were last counted
    outcome: str

    @property
    def called_off(self):
        return self.outcome.startswith("called off")


@dataclasses.dataclass(slots=True)
class Event:
    source: str
    time: float
    message: str


@dataclasses.dataclass
class History:
    ops: list = dataclasses.field(default_factory=list)
    finals: list = dataclasses.field(default_factory=list)
    faults: list = dataclasses.field(default_factory=list)
    exits: list = dataclasses.field(default_factory=list)
    rows: list = dataclasses.field(default_factory=list)
    events: list = dataclasses.field(default_factory=list)
    states: list = dataclasses.field(default_factory=list)  # state.py: CacheState as dicts
    zones: dict = dataclasses.field(default_factory=dict)   # cluster id → zone
    caches: dict = dataclasses.field(default_factory=dict)  # cluster id → cache


def monotonic(text, offsets):
    """An RFC 3339 time of the lab as CLOCK_MONOTONIC; `offsets`: from which time of the lab on it differs by how much."""
    time = datetime.datetime.fromisoformat(text).timestamp()
    return time - [offset for since, offset in offsets if since <= time][-1]


def parse_row(row, offsets):
    started = monotonic(row["StartedAt"], offsets)

    def at(name):
        return started + row[name] / 1e6 if row.get(name, -1) >= 0 else None
    steps = [t for t in (at("FencedMicros"), at("ChosenMicros"), at("PromotedMicros"), at("ReplacedMicros")) if t is not None]
    age = row.get("OldOffsetAgeMicros", -1)
    lost = row.get("LostBytes", -1)
    return Row(int(row["Id"]), row["ReplicationGroupId"], row["Cause"], row["OldPrimary"], row["NewPrimary"], started,
               at("PromotedMicros"), max(steps, default=started), age / 1e6 if age >= 0 else None,
               lost if lost >= 0 else None, row.get("LostEverything", False),
               row.get("OldKeys", -1) if row.get("OldKeys", -1) >= 0 else None, row["Outcome"])


def parse_event(event, offsets):
    return Event(event["SourceIdentifier"], monotonic(event["Date"], offsets), event["Message"])


def write_table(path, records):
    with open(path, "w", encoding="utf-8") as file:
        for record in records:
            file.write(line_of(record))


def line_of(record):
    return "\t".join(str(getattr(record, f)) for f in record.__slots__) + "\n"


def read_table(path, kind):
    converters = [{"int": int, "float": float}.get(getattr(f.type, "__name__", f.type), str) for f in dataclasses.fields(kind)]
    with open(path, encoding="utf-8") as file:
        return [kind(*(c(word) for c, word in zip(converters, line.rstrip("\n").split("\t")))) for line in file]


def load(directory):
    def document(name):
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            return json.load(file)
    meta = document("meta.json")
    history = History(zones=meta["zones"], caches=meta["caches"])
    for path in sorted(glob.glob(os.path.join(directory, "ops.*.tsv"))):
        history.ops += read_table(path, Op)
    history.finals = read_table(os.path.join(directory, "final.tsv"), Final)
    history.faults = read_table(os.path.join(directory, "faults.tsv"), Fault)
    history.exits = read_table(os.path.join(directory, "exits.tsv"), Exit)
    history.rows = [parse_row(row, meta["offsets"]) for row in document("rows.json")]
    history.events = [parse_event(event, meta["offsets"]) for event in document("events.json")]
    history.states = document("state.json")
    return history
