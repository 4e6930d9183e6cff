#!/usr/bin/env python3
"""No arrow runs upwards: includes and link lines follow the order of the rooms, as README.md draws them.

usage: arrows_test.py [root]      exits 1 and names file and line for each arrow that runs the wrong way
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])

# What each room may use, beside itself. A folder belongs to the room with the longest matching name.
BELOW = {
    "common": set(),
    "proto": set(),
    "schema": {"common", "proto"},
    "dataplane": {"common"},
    "agent": {"common", "proto", "dataplane"},
    "controlplane/region": {"common", "proto", "schema"},
    "controlplane/identity": {"common", "proto", "schema", "controlplane/region"},
    "controlplane/services": {"common", "proto", "schema", "controlplane/region", "controlplane/identity"},
    "controlplane/faces": {"common", "proto", "schema", "controlplane/region", "controlplane/identity", "controlplane/services"},
    "controlplane/app": {"common", "proto", "schema", "controlplane/region", "controlplane/identity", "controlplane/services",
                         "controlplane/faces"},
    "cli": {"common", "proto", "schema", "controlplane/faces/query", "dataplane/config"},
}
# Within the region: decisions know no store, no fleet and no thread.
PURE = {
    "controlplane/region/model": set(),
    "controlplane/region/faults": set(),
    "controlplane/region/catalog": {"model", "faults"},
    "controlplane/region/evidence": {"model"},
    "controlplane/region/planner": {"model", "catalog", "evidence"},
}
# The agent protocol is the only thing that these two share.
INCLUDE = re.compile(r'^#include "([^"]+)"')


def room_of(path):
    matches = [room for room in BELOW if path == room or path.startswith(room + "/")]
    return max(matches, key=len) if matches else None


def allowed(room, target):
    target_room = room_of(target)
    return target_room in (None, room) or target_room in BELOW[room] or any(
        target.startswith(entry + "/") for entry in BELOW[room])


def check_includes(path, text, wrong):
    name = str(path.relative_to(ROOT))
    room = room_of(name)
    folder = str(path.parent.relative_to(ROOT))
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = match.group(1)
        if not allowed(room, target):
            wrong.append(f"{name}:{number}: {room} must not use {target}")
        if folder in PURE and target.startswith("controlplane/region/"):
            neighbour = target.split("/")[2]
            if neighbour != folder.split("/")[2] and neighbour not in PURE[folder]:
                wrong.append(f"{name}:{number}: {folder} decides without {target}")


def libraries():
    """Library name -> folder, and (folder, library used, file, line)."""
    owner, uses = {}, []
    for path in sorted(ROOT.rglob("CMakeLists.txt")):
        folder = str(path.parent.relative_to(ROOT))
        if room_of(folder) is None:
            continue
        text = re.sub(r"#.*", "", path.read_text())
        for match in re.finditer(r"(?:el_library|el_program|el_proto)\((\w+)(.*?)\)", text, re.S):
            owner[match.group(1)] = folder
            line = text[:match.start()].count("\n") + 1
            deps = match.group(2).split("DEPS", 1)[1] if "DEPS" in match.group(2) else ""
            uses += [(folder, dep, path, line) for dep in deps.split()]
    return owner, uses


def main():
    wrong = []
    for top in ("common", "schema", "dataplane", "agent", "controlplane", "cli"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".h", ".cc") and room_of(str(path.relative_to(ROOT))):
                check_includes(path, path.read_text(), wrong)
    owner, uses = libraries()
    for folder, dep, path, line in uses:
        if dep in owner and not allowed(room_of(folder), owner[dep] + "/"):
            wrong.append(f"{path.relative_to(ROOT)}:{line}: {room_of(folder)} must not link {dep}")
    if not owner or not uses:
        wrong.append("no library was found: is this the root of the project?")
    print("\n".join(wrong) if wrong else f"{len(owner)} libraries, {len(uses)} link arrows: none runs upwards")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
