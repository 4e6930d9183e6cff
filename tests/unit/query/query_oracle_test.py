"""botocore against our codec, for every operation and shape of its models (ElastiCache, IAM, STS): requests that its serializer makes are read as they
were meant, and its parser reads our replies as they were meant. Element names of lists, which botocore itself ignores,
are compared with the model.

Usage: query_oracle_test.py JUDGE [SEED]     JUDGE is the program made from query_judge.cc
"""
import datetime
import json
import random
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import botocore.parsers
import botocore.serialize
import botocore.session
from urllib.parse import urlencode

ROUNDS = 12
SECRETS = {"AuthToken", "Passwords", "Password", "TokenCode"}  # our JSON prints *** for them
# The model names this list shape itself: botocore looks for the member under that name, the SDKs made from Smithy (Go, Java)
# under the member's own, as we write it.
DISPUTED = "PendingLogDeliveryConfigurationList"
TEXT = "abcXYZ019 -._~+&=%/?<>\"'éß世🙂\t"
UTC = datetime.timezone.utc

rnd = random.Random()
failures = []


def fail(*words):
    failures.append(" ".join(map(str, words)))


class Map(dict):
    """A map of the model, which our schema has as a list of entries."""


class Judge:
    def __init__(self, program, service):
        self.service = service
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, verb, *words):
        self.process.stdin.write((" ".join([verb, self.service, *words]) + "\n").encode())
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode()
        assert answer.endswith("\n"), f"the judge has died over {words}"
        return answer[:-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def value_of(shape, fill, depth=0):
    """A random value for a shape; `fill` is the probability that an optional member is there."""
    if shape.type_name == "structure":
        return {name: value_of(member, fill, depth + 1) for name, member in shape.members.items()
                if rnd.random() < fill and member.name != DISPUTED}
    if shape.type_name == "list":
        return [value_of(shape.member, fill, depth + 1) for _ in range(rnd.choice([0, 1, 1, 2, 3, 11 if depth < 2 else 1]))]
    if shape.type_name == "string":
        return rnd.choice(shape.enum) if shape.enum else "".join(rnd.choices(TEXT, k=rnd.randint(0, 12)))
    if shape.type_name == "boolean":
        return rnd.random() < 0.5
    if shape.type_name == "integer":
        return rnd.choice([0, 1, -1, 2**31 - 1, -(2**31), rnd.randint(0, 1000)])
    if shape.type_name == "long":
        return rnd.choice([0, 2**31, -(2**63), 2**63 - 1])
    if shape.type_name in ("double", "float"):
        return rnd.choice([0.0, 50.0, 0.1, 33.25, 1e-7])
    if shape.type_name == "map":
        return Map((value_of(shape.key, fill), value_of(shape.value, fill)) for _ in range(rnd.choice([1, 2])))
    if shape.type_name == "timestamp":
        return datetime.datetime.fromtimestamp(rnd.randint(0, 2**32), UTC).replace(microsecond=rnd.randint(0, 999) * 1000)
    raise NotImplementedError(shape.type_name)


def as_json(value):
    """As our JSON has it: what is absent and what is empty can't be told apart in lists, and empty structures count."""
    if isinstance(value, Map):
        return [{"key": k, "value": str(v) if isinstance(v, int) else v} for k, v in value.items()]
    if isinstance(value, dict):
        return {k: as_json(v) for k, v in value.items() if v != []}
    if isinstance(value, list):
        return [as_json(v) for v in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return value


def without_secrets(value, name=""):
    if name in SECRETS:
        return "***"
    if isinstance(value, dict):
        return {k: without_secrets(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [without_secrets(v, name) for v in value]
    return value


def sent(value, shape):
    """What botocore really sends of a value; {} is nothing: a structure without members leaves no trace, an empty list does."""
    if shape.type_name == "structure":
        members = {k: sent(v, shape.members[k]) for k, v in value.items()}
        return {k: v for k, v in members.items() if v != {}}
    if shape.type_name == "list":
        return [v for v in (sent(v, shape.member) for v in value) if v != {}] or ({} if value else [])
    return value


def check_request(judge, serializer, operation, fill):
    shape = operation.input_shape
    value = value_of(shape, fill) if shape else {}
    body = serializer.serialize_to_request(value, operation)["body"]
    form = urlencode(body)  # as botocore's AWSRequest prepares it
    wanted = without_secrets(as_json(sent(value, shape))) if shape else {}
    answer = judge("decode", operation.name, form)
    got = None if answer.startswith("fault") else without_secrets(json.loads(answer))
    if got != wanted:
        fail(operation.name, "request\n  form", form, "\n  wanted", wanted, "\n  got   ", got or answer)


def check_elements(xml, shape, path, prefix):
    """Every element has a name that the model knows in its place; prefix is the namespace."""
    if shape.type_name == "structure":
        names = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        for child in xml:
            name = child.tag.replace(prefix, "")
            if name in names:
                check_elements(child, names[name], f"{path}.{name}", prefix)
            elif not len(child) and not child.text:
                pass  # an empty list of a newer model
            else:
                fail("unknown element", f"{path}.{name}")
    elif shape.type_name == "list":
        wanted = prefix + shape.member.serialization.get("name", "member")
        for child in xml:
            if child.tag != wanted:
                fail("list element", path, child.tag, "instead of", wanted)
            check_elements(child, shape.member, path + "[]", prefix)


def with_empty_lists(value, shape, top=True):
    """Lists that are empty are there, save in structures where nothing is set."""
    if shape.type_name == "structure":
        full = {k: with_empty_lists(v, shape.members[k], False) for k, v in value.items()}
        if top or any(v != [] for v in value.values()):
            full.update({n: [] for n, m in shape.members.items() if m.type_name == "list" and n not in full and m.name != DISPUTED})
            full.update({n: {} for n, m in shape.members.items() if m.type_name == "map" and n not in full})
        else:
            full = {}
        return full
    if shape.type_name == "list":
        return [with_empty_lists(v, shape.member, False) for v in value]
    return value


def check_reply(judge, parser, operation, fill):
    shape = operation.output_shape
    value = value_of(shape, fill) if shape else {}
    xml = judge("encode", operation.name, json.dumps(as_json(value), ensure_ascii=False))
    if xml.startswith("fault"):
        return fail(operation.name, "reply", xml, value)
    got = parser.parse({"headers": {}, "body": xml.encode(), "status_code": 200}, shape)
    metadata = got.pop("ResponseMetadata")
    if metadata.get("RequestId") != "request-id":
        fail(operation.name, "metadata", metadata)
    wanted = with_empty_lists(value, shape) if shape else {}
    if got != wanted:
        fail(operation.name, "reply\n  xml", xml, "\n  wanted", wanted, "\n  got   ", got)
    tree = ElementTree.fromstring(xml)
    results = [child for child in tree if child.tag.endswith("Result")]
    if len(results) != (1 if shape else 0):
        fail(operation.name, "has", len(results), "result elements")
    elif shape:
        if not results[0].tag.endswith("}" + shape.serialization["resultWrapper"]):
            fail(operation.name, "result is called", results[0].tag)
        check_elements(results[0], shape, operation.name, "{" + operation.service_model.metadata["xmlNamespace"] + "}")


def check_error(judge, parser, shape):
    code = shape.metadata["error"]["code"]
    status, xml = judge("error", code).split(" ", 1)
    if status == "fault":
        return fail("error", code, xml) if judge.service == "elasticache" else None  # of IAM's, those that we know
    if int(status) != shape.metadata["error"]["httpStatusCode"]:
        fail("error", code, "has status", status)
    got = parser.parse({"headers": {}, "body": xml.encode(), "status_code": int(status)}, None)
    wanted = {"Type": "Sender" if int(status) < 500 else "Receiver", "Code": code, "Message": "what & why"}
    if got["Error"] != wanted or got["ResponseMetadata"]["RequestId"] != "request-id":
        fail("error", code, got)


def check_service(program, name, least_operations):
    model = botocore.session.get_session().get_service_model(name)
    # Values are random: whether they are sensible is not the matter.
    serializer = botocore.serialize.create_serializer("query", include_validation=False)
    parser = botocore.parsers.create_parser("query")
    with Judge(program, name) as judge:
        ours = [name for name in judge("operations").split() if name in model.operation_names]
        for operation in map(model.operation_model, ours):
            for i in range(ROUNDS):
                fill = (0.0, 1.0, 0.5)[min(i, 2)]
                check_request(judge, serializer, operation, fill)
                check_reply(judge, parser, operation, fill)
        errors = {error.name: error for operation in map(model.operation_model, ours) for error in operation.error_shapes}
        for shape in errors.values():
            check_error(judge, parser, shape)
    print(f"{name}: {len(ours)} operations x {ROUNDS}, {len(errors)} errors")
    if len(ours) < least_operations:
        fail(name, "has too few operations")


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2**32)
    rnd.seed(seed)
    for name, least_operations in (("elasticache", 65), ("iam", 20), ("sts", 3)):
        check_service(sys.argv[1], name, least_operations)
    print(f"seed {seed}: {len(failures)} differences")
    print("\n".join(failures[:20]))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
