"""Tells people what a run did and found: counts, and for each violation the timeline around it."""
import collections

from history import OK, REFUSED, UNKNOWN

SHOWN_PER_KIND = 2     # violations told in full, per kind and cache
AROUND = 3.0           # seconds of timeline before a write was held and after its loss was noticed


def print_counts(history, verdict, out):
    writes = collections.Counter(op.outcome for op in history.ops if op.kind == "write")
    reads = collections.Counter(op.where for op in history.ops if op.kind == "read")
    done, not_done = collections.Counter(), collections.Counter()
    for fault in history.faults:
        (done if fault.result.startswith("done") else not_done)[fault.kind] += 1
    print(f"operations    {len(history.ops)}: writes {writes[OK]} acknowledged, {writes[REFUSED]} refused, {writes[UNKNOWN]} "
          f"unknown; reads {dict(reads)}", file=out)
    print(f"faults        {sum(done.values())}: " + ", ".join(f"{k} {n}" for k, n in sorted(done.items())), file=out)
    if not_done:
        print("… not done    " + ", ".join(f"{kind} {count}" for kind, count in sorted(not_done.items())), file=out)
    print(f"recoveries    {len(history.rows)} rows; engine processes that ended: {len(history.exits)}", file=out)
    print(f"longest pause {pauses(history)}", file=out)
    print(f"lost, stated  {verdict.covered.total()} writes" + "".join(f", {how} {n}" for how, n in verdict.covered.items()), file=out)
    kinds = collections.Counter(violation.kind for violation in verdict.violations)
    print(f"violations    {len(verdict.violations)}" + "".join(f", {kind} {n}" for kind, n in kinds.items()), file=out)


def pauses(history):
    """Per cache, the longest time without an acknowledged write on the primary endpoint."""
    times = collections.defaultdict(list)
    for op in history.ops:
        if op.kind == "write" and op.outcome == OK and op.where == "primary" and ".fill" not in op.client:
            times[op.cache].append(op.done)
    texts = []
    for cache, done in sorted(times.items()):
        done.sort()
        texts.append(f"{cache} {max((b - a for a, b in zip(done, done[1:])), default=0.0):.2f} s")
    return ", ".join(texts)


def print_violations(history, verdict, begin, out):
    told = collections.Counter()
    for violation in verdict.violations:
        told[violation.kind, violation.cache] += 1
        if told[violation.kind, violation.cache] > SHOWN_PER_KIND:
            continue
        print(f"\n{violation.kind.upper()} {violation.cache} {violation.key} at {violation.time - begin:.3f}\n  {violation.text}",
              file=out)
        for time, line in timeline(history, violation):
            print(f"    {time - begin:9.3f}  {line}", file=out)
    for (kind, cache), count in told.items():
        if count > SHOWN_PER_KIND:
            print(f"\n… and {count - SHOWN_PER_KIND} more of '{kind}' in {cache}", file=out)


def timeline(history, violation):
    of_key = [op for op in history.ops if violation.key and op.cache == violation.cache and op.key == violation.key]
    first = min([op.invoked for op in of_key if op.kind == "write"][-3:], default=violation.time) - AROUND
    last = (violation.time if violation.kind != "lost" else first + AROUND) + AROUND
    lines = []
    for op in of_key[-12:]:
        lines.append((op.done, f"{op.kind} {op.value} {op.outcome} by {op.client} on {op.where}, pid {op.pid}, "
                               f"took {(op.done - op.invoked) * 1000:.1f} ms"))
    for fault in history.faults:
        if fault.begun <= last and fault.ended >= first and touches(history, fault, violation.cache):
            lines.append((fault.begun, f"FAULT {fault.kind} {fault.target} pid {fault.pid}, for "
                                       f"{fault.ended - fault.begun:.3f} s: {fault.result}"))
    for exit_ in history.exits:
        if history.caches.get(exit_.node) == violation.cache and first <= exit_.ended <= last:
            lines.append((exit_.ended, f"EXIT of process {exit_.pid} of {exit_.node} in {exit_.zone}"))
    for event in history.events:
        if history.caches.get(event.source, event.source) == violation.cache and first <= event.time <= last:
            lines.append((event.time, f"EVENT {event.source}: {event.message}"))
    for row in history.rows:
        if row.cache == violation.cache and first - AROUND <= row.started <= last + AROUND:
            lines.append((row.started, f"ROW {row.id} {row.cause}: {row.old_primary} → {row.new_primary or 'nobody'}, promoted "
                                       f"{row.promoted and row.promoted - row.started}, lost {row.lost_bytes} B, offset aged "
                                       f"{row.offset_age} s: {row.outcome or 'under way'}"))
    return sorted(lines)


def touches(history, fault, cache):
    """Whether a fault may matter to a cache: its own, its zones', the lab's."""
    mine = {node for node, of in history.caches.items() if of == cache}
    zones = {history.zones.get(node) for node in mine}
    return fault.target in ("lab", "all", cache) or fault.target in mine or fault.target in zones
