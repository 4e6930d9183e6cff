"""The aws CLI's own parser against ours: the same flags, and the same command lines make the same requests or none.

Usage: aws_flags_oracle_test.py JUDGE [SEED [COUNT]]     JUDGE is the program made from cli_judge.cc

The aws CLI is Debian's (awscli 2.9.19), whose models are older than our schema: what they lack is named below. All
operations are compared with the rule by which the aws CLI makes flags of members (botocore's xform_name).
"""
import argparse
import contextlib
import datetime
import io
import json
import os
import re
import random
import subprocess
import sys
import tempfile

os.environ.update(AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null", AWS_ACCESS_KEY_ID="test",
                  AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1",
                  ELASTILAB_DATA_DIR="/nonexistent/elastilab")

import awscli.clidriver
from awscli.botocore import xform_name
from awscli.botocore.validate import ParamValidator
from dateutil import parser as times
from ruamel.yaml import YAML

import aws_paging_oracle as paging

# Flags that are newer than awscli 2.9.19.
NEWER = {
    ("elasticache", "create-replication-group"): {"cluster-mode", "serverless-cache-snapshot-name"},
    ("elasticache", "modify-replication-group"): {"cluster-mode", "engine"},
    ("elasticache", "modify-cache-cluster"): {"engine", "scale-config"},
    ("elasticache", "modify-user"): {"engine"},
    ("elasticache", "modify-user-group"): {"engine"},
    ("elasticache", "modify-global-replication-group"): {"engine"},
    ("iam", "list-role-tags"): {"page-size", "starting-token"},
    ("iam", "list-policy-tags"): {"page-size", "starting-token"},
    ("sts", "assume-role"): {"provided-contexts"},
}
NEWER_OPERATIONS = {
    "test-migration", "create-serverless-cache", "describe-serverless-caches", "modify-serverless-cache",
    "delete-serverless-cache", "create-serverless-cache-snapshot", "copy-serverless-cache-snapshot",
    "export-serverless-cache-snapshot", "describe-serverless-cache-snapshots", "delete-serverless-cache-snapshot",
}
NEWER_PAGING = {"list-role-tags", "list-policy-tags"}
# Spellings that both take and neither shows.
ALIASES = {"preferred-cache-cluster-a-zs"}
COMMON = {"cli-input-json", "cli-input-yaml", "generate-cli-skeleton"}
PAGING = {"starting-token", "page-size", "max-items"}


class Aws:
    """Operations of the real aws CLI, up to the call."""

    def __init__(self):
        self.calls = []
        recorder = lambda caller, service, operation, parameters, options: self.calls.append(parameters) or 0
        awscli.clidriver.CLIOperationCaller.invoke = recorder
        driver = awscli.clidriver.create_clidriver()
        driver.main(["elasticache", "describe-events"])  # finishes what is set up late
        self.services = driver._get_command_table()

    def operations(self, service):
        return self.services[service]._get_command_table()

    def request(self, service, operation, words):
        """What the call would send, or None and why there is none."""
        command = self.operations(service)[operation]
        options = argparse.Namespace(paginate=True, query=None, output="json", region="us-east-1", color="off")
        self.calls.clear()
        flags = dict(command.arg_table)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                command(words, options)
            parameters = self.calls[0]
        except Exception as error:  # whatever it says, it does not call
            return None, f"{type(error).__name__}: {str(error).strip().splitlines()[-1]}"
        finally:
            command.arg_table.clear()  # it remembers that the last caller has paged by hand
            command.arg_table.update(flags)
        parameters.pop("PaginationConfig", None)
        if command._operation_model.input_shape is None:
            return parameters, ""
        errors = ParamValidator().validate(parameters, command._operation_model.input_shape)
        of_the_service = ("invalid range", "invalid length")
        serious = [error for error in errors._errors if error[0] not in of_the_service]
        return (None, errors.generate_report()) if serious else (parameters, "")


# ---- flags

def compare_flags(specs, aws):
    bad = []
    for service, operations in specs.items():
        known = aws.operations(service)
        for name, spec in operations.items():
            ours = set(spec["flags"])
            by_rule = {xform_name(member, "-") for member in spec["members"]} | COMMON
            plain_flags = {flag for flag in ours if not (flag.startswith("no-") and flag[3:] in ours)}
            if plain_flags - PAGING != by_rule - PAGING:
                bad.append(f"{service} {name}: {sorted(ours ^ by_rule)} do not follow the rule")
            if name not in known and not (service == "elasticache" and name in NEWER_OPERATIONS):
                bad.append(f"{service} {name}: the aws CLI has no such operation")
            elif name in known:
                theirs = set(known[name].arg_table)
                difference = (ours ^ theirs) - NEWER.get((service, name), set()) - ALIASES
                if difference:
                    bad.append(f"{service} {name}: {sorted(difference)} on one side only")
        if service == "elasticache":
            bad += [f"no {name}" for name in known if name not in operations and name not in ("wait", "help")]
    print(f"flags of {sum(map(len, specs.values()))} operations, {len(bad)} differences")
    return bad


# ---- command lines

TEXTS = ["a", "demo-001", "two words", "zoë", "a=b", "a,b", "it's", 'say "so"', "back\\slash", " padded ", "", "true",
         "12", "{", "a]b", "arn:aws:elasticache:us-east-1:000000000000:cluster:pages", "0-99,200", "100%", "$HOME", "~",
         "@all +@all", "a:b", "x" * 300]
BARE = ["a", "demo-001", "two words", "zoë", "a:b", "true", "12", "a.b", "/a/b", "a=b", "100%", "+x", "~", "c:\\d"]
FILES = {}


def some_file(text):
    if text not in FILES:
        handle, path = tempfile.mkstemp()
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        FILES[text] = path
    return "file://" + FILES[text]


class Maker:
    """Values for a shape of botocore's, as JSON and in the spellings of a command line."""

    def __init__(self, rnd):
        self.rnd = rnd

    def value(self, shape, depth=0):
        kind = shape.type_name
        if kind == "structure":
            names = [name for name in shape.members if name in shape.required_members or self.rnd.random() < 0.6]
            return {name: self.value(shape.members[name], depth + 1) for name in names}
        if kind == "list":
            return [self.value(shape.member, depth + 1) for _ in range(self.rnd.randint(1, 3))]
        if kind in ("integer", "long"):
            return self.rnd.choice([0, 1, 3, 6379, -1])
        if kind in ("float", "double"):
            return self.rnd.choice([0.0, 12.5, 100.0])
        if kind == "boolean":
            return self.rnd.random() < 0.5
        if kind == "timestamp":
            return self.rnd.choice(["2024-03-01T10:00:00Z", "2024-03-01T10:00:00.123Z", "2024-03-01T10:00:00+02:00",
                                    "1709287200", "2024-03-01", "2024-03-01T10:00:00"])
        if getattr(shape, "enum", None):
            return self.rnd.choice(shape.enum)
        return self.rnd.choice(TEXTS if depth == 0 else TEXTS + BARE * 2)

    def words(self, shape, value):
        """`value` behind its flag; sometimes spelt wrongly."""
        kind, chance = shape.type_name, self.rnd.random()
        if kind == "list":
            if chance < 0.25:
                return [json.dumps(value, ensure_ascii=chance < 0.1)]
            if chance < 0.3:
                return [some_file(json.dumps(value))]
            # All or none: there, the first word decides how the others are read.
            as_json = self.rnd.random() < 0.3 or not all(value)
            return [self.word(shape.member, element, as_json) for element in value]
        if kind not in ("structure", "boolean") and chance < 0.05:
            return [some_file(str(value))]
        return [self.word(shape, value, self.rnd.random() < 0.3)]

    def word(self, shape, value, as_json):
        if shape.type_name == "structure":
            if as_json or not value:
                return json.dumps(value)
            return self.broken(self.pairs(shape, value))
        if shape.type_name in ("integer", "long") and self.rnd.random() < 0.03:
            return self.rnd.choice(["x", "1.5", "", "0x10", "1e3"])
        return str(value)

    def pairs(self, shape, value):
        comma = self.rnd.choice([",", ",", ", "])
        return comma.join(f"{name}={self.member(shape.members[name], member)}" for name, member in value.items())

    def member(self, shape, value):
        if shape.type_name == "structure":
            return "{" + self.pairs(shape, value) + "}"
        if shape.type_name == "list":
            if shape.member.type_name == "structure" or self.rnd.random() < 0.5:
                return "[" + ",".join(self.member(shape.member, element) for element in value) + "]"
            return ",".join(self.member(shape.member, element) for element in value)
        return self.scalar(str(value).lower() if isinstance(value, bool) else str(value))

    def scalar(self, text):
        chance = self.rnd.random()
        if chance < 0.2:
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if chance < 0.4:
            return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return text.replace(",", "\\,") if chance < 0.6 else text

    def broken(self, text):
        if self.rnd.random() > 0.15 or not text:
            return text
        at = self.rnd.randrange(len(text))
        more = self.rnd.choice("=,{}[]\"' \\")
        return self.rnd.choice([text[:at] + text[at + 1:], text[:at] + more + text[at:], text[:at]])


def as_yaml(value, flow):
    yaml, out = YAML(typ="safe", pure=True), io.StringIO()
    yaml.default_flow_style = flow
    yaml.allow_unicode = True
    yaml.dump(value, out)
    return out.getvalue()


def command_line(rnd, shape):
    maker, words = Maker(rnd), []
    members = list(shape.members.items()) if shape else []
    rnd.shuffle(members)
    whole = {}
    for name, member in members:
        required = name in shape.required_members
        if not (rnd.random() < 0.97 if required else rnd.random() < 0.35):
            continue
        value = maker.value(member)
        flag = "--" + xform_name(name, "-")
        if flag == "--max-items":
            words += [flag, str(abs(value))]  # there, less than nothing is refused later, and files are not read
            continue
        if rnd.random() < 0.1 and name not in ("Marker", "MaxItems", "MaxRecords"):  # these decide how it pages
            whole[name] = value  # by --cli-input-json; sometimes as a flag, too
            if rnd.random() < 0.7:
                continue
        if member.type_name == "boolean":
            words += [flag if value else "--no-" + flag[2:]]
            continue
        spelt = maker.words(member, value)
        words += [f"{flag}={spelt[0]}"] if len(spelt) == 1 and rnd.random() < 0.15 else [flag, *spelt]
    if whole:
        form, text = rnd.choice([("json", json.dumps(whole)), ("yaml", as_yaml(whole, rnd.choice([None, True, False])))])
        words += [f"--cli-input-{form}", rnd.choice([text, some_file(text)])]
    if rnd.random() < 0.02:
        words += rnd.choice([["--no-such-flag"], ["--security-group-ids"], ["--marker", "x", "y"], ["stray"]])
    return words


def plain(value, shape):
    """What both sides send, in one spelling: times as instants, empty lists and structures as absent."""
    if shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {name: plain(member, shape.members.get(name)) for name, member in value.items()}
        return {name: member for name, member in sorted(members.items()) if member not in ([], {}, None)}
    if shape.type_name == "list" and isinstance(value, list):
        return [plain(element, shape.member) for element in value]
    if shape.type_name == "timestamp":
        return instant(value)
    if shape.type_name in ("float", "double"):
        return float(value)
    return value


def instant(value):
    try:
        return datetime.datetime.fromtimestamp(float(value), datetime.timezone.utc).timestamp()
    except ValueError:
        time = times.parse(value)
        return (time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)).timestamp()


def more_than_theirs(words, error):
    """What we take and the aws CLI refuses: quotes, brackets and equals signs in bare text, as in Key=it's; more words
    behind `--flag=word`; a structure without a required member, which the service refuses."""
    odd_text = any("==" in word or re.search(r"""[=,[{][^"'[{,=][^,]*["'\]}]""", word) for word in words)
    incomplete = "Missing required parameter in " in error and "[" in error
    return odd_text or incomplete or any(word.startswith("--") and "=" in word for word in words)


def less_than_theirs(mine):
    """What the aws CLI sends and we refuse: a choice that the service does not know, a time with digits left out, two
    commas beside each other, of which it sometimes drops one, a backslash before the closing quote."""
    reasons = ("must be one of: ", "must be a time", "two commas", "the quote is not")
    return any(reason in mine["err"] for reason in reasons)


def compare_lines(judge, rnd, aws, specs, count):
    lines = []
    for _ in range(count):
        service = rnd.choice(["elasticache"] * 5 + ["iam"] * 2 + ["sts"])
        known = aws.operations(service)
        name = rnd.choice([name for name in specs[service] if name in known and name not in NEWER_PAGING])
        words = command_line(rnd, aws.operations(service)[name]._operation_model.input_shape)
        lines.append((service, name, words))
    ours = judge([[service, name, *words] for service, name, words in lines])
    bad, refused, more, less = [], 0, 0, 0
    for (service, name, words), mine in zip(lines, ours):
        shape = aws.operations(service)[name]._operation_model.input_shape
        theirs, error = aws.request(service, name, list(words))
        called = mine["calls"][0]["request"] if mine["calls"] else None
        if called is None and mine["code"] != 2:
            bad.append((service, name, words, mine, theirs, "neither called nor refused"))
        elif theirs is None and called is not None and more_than_theirs(words, error):
            more += 1
        elif called is None and less_than_theirs(mine):
            less += 1
        elif (called is None) != (theirs is None):
            they = theirs if theirs is not None else error
            bad.append((service, name, words, mine["err"] or called, they, "one of both refuses"))
        elif called is None:
            refused += 1
        elif plain(called, shape) != plain(theirs, shape):
            bad.append((service, name, words, plain(called, shape), plain(theirs, shape), "requests differ"))
    print(f"{count} command lines, {refused} of them refused by both, {more} by theirs and {less} by ours alone, "
          f"{len(bad)} differences")
    return [f"{service} {name} {words}\n  ours   {mine}\n  theirs {theirs}  ({why})"
            for service, name, words, mine, theirs, why in bad]


def main():
    program = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2500
    print("seed", seed)

    def judge(inputs):
        lines = "\n".join(json.dumps(one) for one in inputs)
        run = subprocess.run([program], input=lines, capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"died over {inputs[len(run.stdout.splitlines())]}: {run.stderr}")
        return [json.loads(line) for line in run.stdout.splitlines()]

    rnd, aws = random.Random(seed), Aws()
    specs = judge(["specs"])[0]
    bad = compare_flags(specs, aws)
    bad += compare_lines(judge, rnd, aws, specs, count)
    bad += paging.compare(judge, rnd)
    for line in bad[:12]:
        print(line)
    for path in FILES.values():
        os.unlink(path)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
