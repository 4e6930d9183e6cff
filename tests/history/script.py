"""The script of faults: what happens when, from a seed alone. Pure: the same seed and flags give the same script.

Targets are told by role ("primary", the second replica) and found in the lab when their time has come.
"""
import dataclasses
import random

# group of --faults → kind → weight
KINDS = {
    "kill": {"kill-primary": 4, "kill-replica": 3, "kill-group": 0.4},
    "stop": {"stop-primary": 3, "stop-replica": 2},
    "agent": {"kill-agent": 3, "stop-agent": 2},
    "daemon": {"kill-daemon": 3},
    "zone": {"lose-zone": 2},
    "lab": {"down-up": 1, "stop-down-up": 0.5, "kill-down-up": 0.5},
    "busy": {"busy-script": 3, "busy-pause": 2, "busy-keys": 1, "busy-pipeline": 1},
    "hog": {"hog": 1},
    "api": {"promote": 3, "promote-kill": 3, "test-failover": 3, "replicas": 2, "parameters": 1, "node-type": 1, "version": 0.5,
            "reboot": 1, "come-and-go": 1},
}
# What is done to one cache; the rest is done to a zone or to the lab.
OF_A_CACHE = {kind for group in ("kill", "stop", "busy", "api") for kind in KINDS[group]} | {"stop-down-up", "kill-down-up"}
# Shortest and longest time that a fault stays, in seconds.
STAYS = {"stop-primary": (0.05, 4.0), "stop-replica": (0.05, 4.0), "stop-agent": (0.2, 4.0), "kill-daemon": (0.0, 1.0),
         "lose-zone": (0.5, 4.0), "down-up": (0.0, 0.5), "stop-down-up": (0.0, 0.5), "kill-down-up": (0.0, 0.5),
         "busy-script": (0.3, 3.0), "busy-pause": (0.3, 3.0), "hog": (0.5, 3.0)}
# Between the first and the second half of a double fault, in seconds.
DOUBLE_GAP = {"promote-kill": (0.0, 0.025), "stop-down-up": (0.0, 0.02), "kill-down-up": (0.0, 0.005)}


@dataclasses.dataclass(slots=True)
class Step:
    at: float          # seconds since the faults began
    kind: str
    cache: int         # index into the stage's caches, by modulo
    pick: int          # which replica, zone, node type …, by modulo
    stays: float
    gap: float


def parse_kinds(text):
    """"kill,stop-agent,api" → {kind: weight}; groups and single kinds, everything for "all"."""
    everything = {kind: weight for group in KINDS.values() for kind, weight in group.items()}
    if text == "all":
        return everything
    chosen = {}
    for word in text.split(","):
        if word in KINDS:
            chosen |= KINDS[word]
        elif word in everything:
            chosen[word] = everything[word]
        else:
            raise ValueError(f"'{word}' is no fault; there are: all, {', '.join([*KINDS, *everything])}")
    return chosen


def make_script(seed, seconds, kinds, pace):
    """Steps at random, `pace` seconds apart on average, a fifth of them right after the one before."""
    chance = random.Random(seed)
    names, weights = list(kinds), list(kinds.values())
    steps, at = [], 0.0
    while names:
        at += chance.uniform(0.0, 0.05) if chance.random() < 0.2 else chance.expovariate(0.8 / pace)
        if at >= seconds:
            break
        kind = chance.choices(names, weights)[0]
        steps.append(Step(round(at, 4), kind, chance.randrange(1000), chance.randrange(1000),
                          round(chance.uniform(*STAYS.get(kind, (0.0, 0.0))), 4),
                          round(chance.uniform(*DOUBLE_GAP.get(kind, (0.0, 0.0))), 4)))
    return steps
