"""Judges a history (history.py). Pure: records in, violations out.

What it demands
  lost           An acknowledged write is there at the end, and on the primary endpoint at any time before, unless a row of
                 its cache states the loss (Coverage below), or its cache was rebooted by a call, which empties it.
  nowhere        A value that was read was written: by its key's writer, not later, and not by a write that was refused.
  went back      A client that reads or writes on the primary endpoint never reads anything older afterwards.
  stale          … nor anything older than what any client was told before it asked.
  killed         An engine process ends only if it was harmed, or if a call asked for what ends it. A busy engine, an agent
                 or a control plane that is away is no reason. (One that nobody was ever answered by may be superseded.)
  emptied        A cache begins again empty only if one of its nodes was harmed before: `down` and `up` are no harm.
  untrue row     A row of a cache that was emptied does not tell of fewer keys than are missed of those that were written
                 COUNTED_BEFORE the loss; none blames a zone that nobody lost.
  not settled    After all is healed each cache is available, has one primary that takes writes on its endpoint, replicas
                 in step, all the nodes it should have; `explain` does not say otherwise.

What it can't see: a loss among writes whose outcome is unknown; a row that states more loss than there was; reads on
reader and node endpoints that are old (they may be); an engine that lived for less than the 50 ms between two looks.

Coverage: what a row allows to be lost
  * what was acknowledged between (cause − age of the last offset) and the promotion, unless nothing had failed;
  * before that, no more bytes than the row says, counted as the commands' own bytes in the stream;
  * all that was before, if it says that everything was lost, up to the first write that survived.
  The cause of a death is the end of the old primary's process, if that was within CAUSE_BEFORE of the row.
"""
import bisect
import collections
import dataclasses

from history import NIL, OK, REFUSED

# Rows' times have milliseconds, and the old primary may have sent an acknowledgement that was read a little later.
SLACK = 0.02
# A row is opened when its cause is seen: at once, or when the control plane or an agent is back.
CAUSE_BEFORE = 15.0
# Harm to a process may end it this much later: a stopped one is killed once it was found silent.
HARM_LASTS = 5.0
# Nodes that were harmed no longer ago may be the reason that their cache begins again empty.
HARM_EMPTIES = 60.0
# Keys are counted at least this often.
COUNTED_BEFORE = 5.0
# A call that ends processes does so within this time: node by node, or at once.
CALLS = dict.fromkeys(("node-type", "version", "replicas", "delete"), 45.0) | dict.fromkeys(("reboot", "test-failover"), 10.0)

KILLS = {"kill-primary", "kill-replica", "kill-node", "kill-group"}
STOPS = {"stop-primary", "stop-replica"}
DEATHS = {"exited", "zone-lost"}
PLANNED = {"manual", "maintenance"}
YOUNG = 0.3  # seconds of life of a process that may be superseded if it served nobody


@dataclasses.dataclass
class Violation:
    kind: str
    cache: str
    key: str
    time: float
    text: str


@dataclasses.dataclass
class Verdict:
    violations: list
    # How missed writes are stated: "emptied", "window", "bytes" of a row, or "reboot" → count.
    covered: collections.Counter = dataclasses.field(default_factory=collections.Counter)


@dataclasses.dataclass
class Claim:
    """An acknowledged (or seen) write that was not found when `noticed`."""
    write: object
    held: float                # when it was certainly in the cache
    noticed: float
    kind: str
    text: str


def write_name(write):
    return write.cache, write.key, write.value


class Key:
    """The writes of one key in order of value, and when each was known to be held on the primary."""

    def __init__(self):
        self.writes = {}       # value → Op
        self.held = {}         # value → (time, client)

    def hold(self, value, time, client):
        if value not in self.held or time < self.held[value][0]:
            self.held[value] = (time, client)


def check(history):
    verdict = Verdict([])
    keys, claims = check_values(history, verdict)
    claims += final_claims(history, keys, verdict)
    Coverage(history, keys, claims).judge(verdict)
    check_exits(history, verdict)
    check_causes(history, verdict)
    check_emptied(history, verdict)
    for state in history.states:
        if state["wrong"]:
            verdict.violations.append(Violation("not settled", state["cache"], "", state["time"], "; ".join(state["wrong"])))
    verdict.violations.sort(key=lambda v: v.time)
    return verdict


def provenance(key, op_value, done):
    """None if the value may have been read by then, else what is wrong with it."""
    write = key.writes.get(op_value) if key else None
    if write is None:
        return f"value {op_value} was never written"
    if write.outcome == REFUSED:
        return f"value {op_value} comes from a write that was refused"
    if write.invoked > done:
        return f"value {op_value} was read before it was written"
    return None


def check_values(history, verdict):
    """Keys by (cache, name), and claims from reads on primary endpoints."""
    keys = collections.defaultdict(Key)
    reads = []
    for op in history.ops:
        if op.kind == "write":
            key = keys[op.cache, op.key]
            key.writes[op.value] = op
            if op.outcome == OK:
                key.hold(op.value, op.done, op.client)
        else:
            reads.append(op)
    primary_reads = collections.defaultdict(list)
    for read in reads:
        name = (read.cache, read.key)
        if read.value != NIL:
            wrong = provenance(keys.get(name), read.value, read.done)
            if wrong:
                verdict.violations.append(Violation("nowhere", read.cache, read.key, read.done, f"{wrong} ({read.where})"))
                continue
        if read.where == "primary":
            primary_reads[name].append(read)
            if read.value != NIL:
                keys[name].hold(read.value, read.done, read.client)
    claims = []
    for name, of_key in primary_reads.items():
        claims += stale_claims(keys[name], of_key)
    return keys, claims


def stale_claims(key, reads):
    """Reads that returned less than what was known before they were invoked."""
    facts = sorted((time, value) for value, (time, _) in key.held.items())
    times, floors, floor = [], [], NIL
    for time, value in facts:
        floor = max(floor, value)
        times.append(time)
        floors.append(floor)
    own = collections.defaultdict(list)  # client → [(done, value)] of its own writes and reads, to tell the kinds apart
    for op in [*key.writes.values(), *reads]:
        if op.outcome == OK:
            own[op.client].append((op.done, op.value))
    claims = []
    for read in reads:
        known = bisect.bisect_left(times, read.invoked)
        if known == 0 or floors[known - 1] <= read.value:
            continue
        went_back = any(done <= read.invoked and value > read.value for done, value in own[read.client])
        for value, (time, _) in key.held.items():
            if read.value < value and time < read.invoked:
                claims.append(Claim(key.writes[value], time, read.done, "went back" if went_back else "stale",
                                    f"client {read.client} read {read.value}, asked at {read.invoked:.6f} of pid {read.pid}"))
    return claims


def final_claims(history, keys, verdict):
    claims = []
    found = {(f.cache, f.key): f.value for f in history.finals}
    read_in_full = {s["cache"] for s in history.states if s["read"]}
    end = max((s["time"] for s in history.states), default=0.0)
    for name, value in found.items():
        wrong = provenance(keys.get(name), value, end)
        if wrong:
            verdict.violations.append(Violation("nowhere", name[0], name[1], end, f"{wrong} (at the end)"))
    for name, key in keys.items():
        if name[0] not in read_in_full:
            continue
        last = found.get(name, NIL)
        claims += [Claim(key.writes[value], time, end, "lost", f"at the end it was {last}")
                   for value, (time, _) in key.held.items() if value > last]
    return claims


class Coverage:
    """Which of the claimed losses the lab itself states."""

    def __init__(self, history, keys, claims):
        self.history = history
        self.claims = {}  # (kind, write) → the claim that was noticed first
        for claim in sorted(claims, key=lambda c: c.noticed):
            self.claims.setdefault((claim.kind, *write_name(claim.write)), claim)
        # Cache → invocations of writes that are certainly there: of what was written twice only the last could be told.
        self.survivors = collections.defaultdict(list)
        present = {(final.cache, final.key) for final in history.finals}
        for name, key in keys.items():
            if len(key.writes) == 1 and name in present:
                self.survivors[name[0]] += [op.invoked for op in key.writes.values() if op.outcome == OK]
        for times in self.survivors.values():
            times.sort()

    def judge(self, verdict):
        by_cache = collections.defaultdict(list)
        for claim in self.claims.values():
            by_cache[claim.write.cache].append(claim)
        for cache, claims in by_cache.items():
            self._judge_cache(cache, claims, verdict)

    def _first_survivor(self, cache, after):
        times = self.survivors[cache]
        at = bisect.bisect_right(times, after)
        return times[at] if at < len(times) else float("inf")

    def _emptied_by_reboot(self, claim):
        return any(f.kind == "reboot" and f.target == claim.write.cache and f.result == "done" and
                   f.begun <= claim.noticed and claim.held <= self._first_survivor(f.target, f.ended)
                   for f in self.history.faults)

    def _judge_cache(self, cache, claims, verdict):
        rows = sorted((r for r in self.history.rows if r.cache == cache and not r.called_off), key=lambda r: r.started)
        budget = {row.id: row.lost_bytes or 0 for row in rows}
        lost = collections.defaultdict(set)  # row id → keys that it took with it
        paid = set()  # (row id, write): one write costs its bytes once, however often it is missed
        for claim in sorted(claims, key=lambda c: -c.held):
            why, row = self._covering(claim, rows, budget, paid)
            if row is None and self._emptied_by_reboot(claim):
                verdict.covered["reboot"] += 1
                continue
            if row is None:
                verdict.violations.append(self._violation(claim, why))
                continue
            verdict.covered[why] += 1
            if claim.held < self._cause(row) - COUNTED_BEFORE:
                lost[row.id].add(claim.write.key)
        for row in rows:
            if row.emptied and row.keys is not None and len(lost[row.id]) > row.keys:
                verdict.violations.append(Violation(
                    "untrue row", cache, "", row.started, f"row {row.id} ({row.old_primary}: {row.outcome}) tells of {row.keys} "
                    f"keys, and {len(lost[row.id])} are missed that were written long before"))

    def _covering(self, claim, rows, budget, paid):
        """(how, row) for the row that states this loss, (why not, None) if none does."""
        why = "no row of this cache is later than the write" if rows else "this cache has no row"
        for row in rows:
            end = self._window_end(row)
            cause = self._cause(row)
            if claim.held > end + SLACK or cause > claim.noticed + SLACK:
                continue
            if row.emptied:
                return "emptied", row
            if row.offset_age is None or row.lost_bytes is None:
                why = f"row {row.id} does not know what was lost"
                continue
            begin = cause - row.offset_age - SLACK
            if claim.held >= begin and row.cause not in PLANNED:
                return "window", row
            name = (row.id, *write_name(claim.write))
            if name not in paid and budget[row.id] >= claim.write.size:
                budget[row.id] -= claim.write.size
                paid.add(name)
            if name in paid:
                return "bytes", row
            why = (f"row {row.id} allows {row.lost_bytes} bytes and what came after {begin:.6f}; "
                   f"this was held {begin - claim.held:.3f} s earlier")
        return why, None

    def _window_end(self, row):
        if row.promoted is not None:
            return max(row.promoted, row.started)
        if not row.outcome:
            return float("inf")  # under way
        return self._first_survivor(row.cache, row.started)

    def _cause(self, row):
        if row.cause not in DEATHS:
            return row.started
        ends = [exit_.ended for exit_ in self.history.exits
                if exit_.node == row.old_primary and 0 <= row.started - exit_.ended <= CAUSE_BEFORE]
        return max(ends, default=row.started)

    @staticmethod
    def _violation(claim, why):
        write = claim.write
        return Violation(claim.kind, write.cache, write.key, claim.noticed,
                         f"value {write.value}, held since {claim.held:.6f} ({write.outcome}, {write.where}, pid {write.pid}): "
                         f"{claim.text}; {why}")


def harmed(exit_, fault, cache):
    """Whether this fault explains the end of this process."""
    if fault.kind in KILLS and fault.pid == exit_.pid:
        return fault.begun - SLACK <= exit_.ended <= fault.ended + HARM_LASTS
    if fault.kind in STOPS and fault.pid == exit_.pid:
        return fault.begun <= exit_.ended <= fault.ended + HARM_LASTS
    if fault.kind == "lose-zone" and fault.target == exit_.zone:
        return fault.begun <= exit_.ended <= fault.ended + HARM_LASTS
    if fault.kind == "down-up":
        return fault.begun <= exit_.ended <= fault.ended + HARM_LASTS
    return fault.kind in CALLS and fault.target == cache and fault.begun <= exit_.ended <= fault.ended + CALLS[fault.kind]


def check_exits(history, verdict):
    served = {op.pid for op in history.ops}
    for exit_ in history.exits:
        if exit_.ended - exit_.started < YOUNG and exit_.pid not in served:
            continue
        cache = history.caches.get(exit_.node, exit_.node)
        if not any(harmed(exit_, fault, cache) for fault in history.faults):
            verdict.violations.append(Violation(
                "killed", cache, "", exit_.ended,
                f"process {exit_.pid} of {exit_.node} ended {exit_.ended - exit_.started:.2f} s after it was first seen, "
                "unharmed and unasked"))


def check_causes(history, verdict):
    for row in history.rows:
        if row.cause != "zone-lost":
            continue
        zone = history.zones.get(row.old_primary)
        if not any(f.kind == "lose-zone" and f.target == zone and f.begun <= row.started <= f.ended + HARM_LASTS
                   for f in history.faults):
            verdict.violations.append(Violation(
                "untrue row", row.cache, "", row.started,
                f"row {row.id} says that zone {zone} of {row.old_primary} was lost, and nobody lost it"))


def check_emptied(history, verdict):
    for row in history.rows:
        nodes = {node for node, cache in history.caches.items() if cache == row.cache}
        zones = {history.zones.get(node) for node in nodes}
        harm = [f for f in history.faults if 0 <= row.started + SLACK - f.begun <= HARM_EMPTIES and (
            f.kind in KILLS | STOPS and f.target in nodes or f.kind == "lose-zone" and f.target in zones or
            f.kind == "reboot" and f.target == row.cache)]
        if row.emptied and not harm:
            verdict.violations.append(Violation("emptied", row.cache, "", row.started,
                                                f"row {row.id} ({row.cause}): {row.outcome}, and none of its nodes was harmed"))
