"""What `-o json`, `text` and `yaml` print of any tree, against the aws CLI's own formatters.

Usage: output_oracle_test.py JUDGE [SEED]     JUDGE is the program made from output_judge.cc

JSON and text are the same to the byte. YAML says the same: it is read back, for there are many ways to lay it out.
"""
import io
import json
import random
import subprocess
import sys

from awscli.formatter import JSONFormatter
from awscli.text import format_text
from ruamel.yaml import YAML

TREES = 4000
WORDS = ["a", "Id", "demo-001", "", " ", "two words", "zoë", "🙂", "true", "No", "null", "~", "yes", "12", "1.5", "0x1f", "1e3", "-", "- a",
         "a: b", "a:", ":a", "#a", "a #b", "it's", '"q"', "back\\slash", "tab\there", "line\nbreak", "{a}", "[a]", "*a", "&a", "!a",
         "%a", "@a", "`a`", "|", ">", "=", "<<", "2024-01-01", "2024-01-01T10:00:00.000000+00:00", ".5", "+1", "?", "? a", "a,b", "127.31.0.10",
         "arn:aws:elasticache:us-east-1:000000000000:cluster:pages", "\x7f", "\x01", "0001", "y", "ON", "1:30", "---", "..."]
NAMES = [word for word in WORDS if word and word.isascii()]  # our capitals are ASCII's; a name without letters is no name
SCALARS = [True, False, None, 0, 1, -7, 6379, 0.5, 50.0, 1e22, 123456789012]


def tree(rnd, depth):
    kind = rnd.random()
    if depth == 0 or kind < 0.35:
        return rnd.choice(WORDS) if rnd.random() < 0.6 else rnd.choice(SCALARS)
    if kind < 0.65:
        same = [rnd.choice(["Id", "Name", "Status", "Port"]) for _ in range(3)]  # lists of alike structures, as answers are
        if rnd.random() < 0.5:
            return [{key: tree(rnd, depth - 1) for key in same if rnd.random() < 0.9} for _ in range(rnd.randint(0, 3))]
        return [tree(rnd, depth - 1) for _ in range(rnd.randint(0, 4))]
    return {rnd.choice(NAMES): tree(rnd, depth - 1) for _ in range(rnd.randint(0, 4))}


def not_text(value):
    """The exceptions: structures and other values in one list, over which the aws CLI breaks down; and a member that is
    a scalar in one structure of a list and nested in another, of which it prints Python's idea."""
    if isinstance(value, dict):
        return any(map(not_text, value.values()))
    if not isinstance(value, list):
        return False
    structures = [element for element in value if isinstance(element, dict)]
    scalar = {key for element in structures for key, member in element.items() if not isinstance(member, (dict, list))}
    nested = {key for element in structures for key, member in element.items() if isinstance(member, (dict, list))}
    return 0 < len(structures) < len(value) or bool(scalar & nested) or any(map(not_text, value))


def aws_text(value):
    out = io.StringIO()
    format_text(value, out)
    return out.getvalue()


def aws_json(value):
    out = io.StringIO()
    JSONFormatter(None)._format_response("", value, out)
    return out.getvalue()


def yaml_value(text):
    try:
        return YAML(typ="safe").load(text)
    except Exception as error:  # whatever the reader says, it is not YAML
        return f"{type(error).__name__}: {error}"


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print("seed", seed)
    rnd = random.Random(seed)
    trees = [rnd.choice([tree(rnd, 4), tree(rnd, 2)]) for _ in range(TREES)] + WORDS + SCALARS + [[], {}, [[]], [{}], {"a": {}}]
    lines = [json.dumps({"format": form, "tree": one}) for one in trees for form in ("json", "text", "yaml", "yaml-stream")]
    run = subprocess.run([sys.argv[1]], input="\n".join(lines), capture_output=True, text=True, check=True)
    ours = iter([json.loads(line) for line in run.stdout.splitlines()])
    bad, excepted = [], 0
    for one in trees:
        as_json, as_text, *as_yaml = [next(ours) for _ in range(4)]
        if as_json != aws_json(one):
            bad.append(("json", one, as_json, aws_json(one)))
        if not_text(one):
            excepted += 1
        elif as_text != aws_text(one):
            bad.append(("text", one, as_text, aws_text(one)))
        for form, text, meant in zip(("yaml", "yaml-stream"), as_yaml, (one, [one])):
            read = yaml_value(text) if text else {}
            if read != ({} if one == {} else meant) or (one == {}) != (text == ""):
                bad.append((form, one, text, read))
    print(f"{len(trees)} trees, {excepted} of them not compared as text, {len(bad)} differences")
    for form, one, mine, theirs in bad[:8]:
        print(f"{form} of {one!r}:\n  ours   {mine!r}\n  theirs {theirs!r}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
