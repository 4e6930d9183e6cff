"""Every operation of botocore's ElastiCache model against a real lab, over the signed HTTP front.

The model says what a request may hold and what a reply looks like; the lab has to agree with it, good requests and bad.
What differs on purpose is in the tables below, each with its reason.
"""
import datetime
import os
import sys
import unittest
import xml.etree.ElementTree as ElementTree

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from lab import LabTest  # noqa: E402

BAD_VALUE = {"InvalidParameterValue", "InvalidParameterCombination", "MissingParameter", "ValidationError"}
# Codes that any operation may answer: the request itself is at fault, so operations don't model them.
REQUEST_LEVEL = BAD_VALUE | {"MalformedInput"}
NOT_SERVED = "does not serve it yet"

# Members of replies that Debian's botocore (1.29.27) doesn't know; newer ones do, and SDKs skip what they don't know.
NEWER_REPLY_MEMBERS = {
    "ReplicationGroup.ClusterMode": "cluster mode changes online",
    "ReplicationGroup.Engine": "groups have had other engines than redis since Valkey",
    "UserGroup.ServerlessCaches": "serverless caches came later",
}
# (operation, member): numbers out of range that are refused for another reason, which the message tells instead.
OTHER_REASON = {
    ("ModifyCacheCluster", "SnapshotRetentionLimit"): "the cluster is of memcached, which has no snapshots at all",
}

# What operations that list things need beyond the required members; and those that tell of one resource only.
DEFAULTS = {"DescribeCacheParameters": {"CacheParameterGroupName": "default.redis7"},
            "DescribeEngineDefaultParameters": {"CacheParameterGroupFamily": "redis7"}}
NEED_A_RESOURCE = {"ListAllowedNodeTypeModifications", "ListTagsForResource"}


def members(shape, path=()):
    """Every member below a structure: (path, shape, whether its structure requires it). "[]" is the element of a list."""
    for name, member in shape.members.items():
        here = (*path, name)
        yield here, member, name in shape.required_members
        while member.type_name == "list":
            member, here = member.member, (*here, "[]")
            yield here, member, False
        if member.type_name == "structure":
            yield from members(member, here)


def fill(shape, path=()):
    """A plausible value: what is required, and what leads to `path`."""
    if shape.type_name == "structure":
        return {name: fill(member, path[1:] if path[:1] == (name,) else ()) for name, member in shape.members.items()
                if name in shape.required_members or path[:1] == (name,)}
    if shape.type_name == "list":
        return [fill(shape.member, path[1:])]
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else "x"
    return {"integer": 1, "long": 1, "double": 1.0, "boolean": True,
            "timestamp": datetime.datetime(2024, 1, 31, tzinfo=datetime.timezone.utc)}[shape.type_name]


def without(value, path):
    """Removes the member at `path`, and structures and lists that are empty then. The path of the last that went."""
    steps = [value]
    for name in path[:-1]:
        steps.append(steps[-1][0 if name == "[]" else name])
    while True:
        del steps[-1][0 if path[-1] == "[]" else path[-1]]
        if steps.pop() or not steps:
            return path
        path = path[:-1]


def wire_key(shape, path):
    """The key of the form: ("Tags", "[]", "Key") → "Tags.Tag.1.Key"."""
    words = []
    for name in path:
        if name == "[]":
            words += [shape.member.serialization.get("name", "member"), "1"]
            shape = shape.member
        else:
            shape = shape.members[name]
            words.append(shape.serialization.get("name", name))
    return ".".join(words)


def last_name(path):
    return next(name for name in reversed(path) if name != "[]")


def unknown_elements(shape, element, path=""):
    """Elements of a reply that the shape has no place for."""
    children = list(element)
    if shape.type_name == "structure":
        known = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for child in children:
            tag = child.tag.rpartition("}")[2]
            if tag in known:
                yield from unknown_elements(known[tag], child, f"{path}{tag}.")
            elif f"{shape.name}.{tag}" not in NEWER_REPLY_MEMBERS:
                yield f"{path}{tag} (not in {shape.name})"
    elif shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        for child in children:
            tag = child.tag.rpartition("}")[2]
            if tag != name:
                yield f"{path}{tag} (elements are {name})"
            else:
                yield from unknown_elements(shape.member, child, f"{path}{tag}.")
    elif children:
        yield f"{path} is a {shape.type_name} but has elements"


class Reply:
    def __init__(self, operation, status, body, code, message):
        self.operation, self.status, self.body, self.code, self.message = operation, status, body, code, message

    @property
    def not_served(self):
        return self.code == "InvalidAction" and NOT_SERVED in self.message

    def __str__(self):
        return f"{self.operation}: {self.status} {self.code or 'OK'}: {self.message}"


class ConformanceTest(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.connect()
        cls.model = cls.client.meta.service_model
        assert len(cls.model.operation_names) >= 65, "the model lacks operations"

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        super().tearDownClass()

    @classmethod
    def connect(cls, **options):
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=20, connect_timeout=5,
                        **options)
        return boto3.session.Session().client(
            "elasticache", region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{cls.lab.http_port}",
            aws_access_key_id="test", aws_secret_access_key="test", config=config)

    def operations(self):
        for name in self.model.operation_names:
            yield self.model.operation_model(name)

    def call(self, operation, parameters, form=None, client=None):
        """One call. `form` replaces keys of the request as it is on the wire."""
        client = client or self.client
        seen = {}

        def before(params, **_):
            params["body"].update(form or {})

        def after(http_response, **_):
            seen["status"], seen["body"] = http_response.status_code, http_response.content
        events = client.meta.events
        events.register_last("before-call.elasticache", before, unique_id="form")
        events.register_last("after-call.elasticache", after, unique_id="raw")
        code, message = "", ""
        try:
            client._make_api_call(operation.name, parameters)  # the method of the same operation calls just this
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        finally:
            events.unregister("before-call.elasticache", unique_id="form")
            events.unregister("after-call.elasticache", unique_id="raw")
        reply = Reply(operation.name, seen["status"], seen["body"], code, message)
        self.assertLess(reply.status, 500, reply)
        self.check_error(operation, reply) if code else self.check_reply(operation, reply)
        return reply

    def check_error(self, operation, reply):
        if reply.not_served or reply.code == "MissingAuthenticationToken":
            return
        self.assertTrue(reply.message, reply)
        modelled = {}
        for shape in operation.error_shapes:
            error = shape.metadata.get("error", {})
            modelled[error.get("code", shape.name)] = error.get("httpStatusCode", 400)
        if reply.code in modelled:
            self.assertEqual(reply.status, modelled[reply.code], f"{reply}: the model's status differs")
        else:
            self.assertIn(reply.code, REQUEST_LEVEL, f"{reply}: the operation models {sorted(modelled)}")
            self.assertEqual(reply.status, 400, reply)

    def check_reply(self, operation, reply):
        root = ElementTree.fromstring(reply.body)
        namespace = "{" + self.model.metadata["xmlNamespace"] + "}"
        self.assertEqual(root.tag, f"{namespace}{operation.name}Response")
        wrapper = operation.output_shape.serialization["resultWrapper"] if operation.output_shape else None
        tags = [child.tag for child in root]
        expected = ([namespace + wrapper] if wrapper else []) + [namespace + "ResponseMetadata"]
        self.assertEqual(tags, expected, reply.operation)
        self.assertTrue(root.find(f"{namespace}ResponseMetadata/{namespace}RequestId").text)
        if wrapper:
            self.assertEqual(list(unknown_elements(operation.output_shape, root[0])), [], reply.operation)

    def assertNames(self, reply, codes, *names):
        self.assertEqual(reply.status // 100, 4, reply)
        self.assertIn(reply.code, codes, reply)
        self.assertTrue(any(name in reply.message for name in names), f"{reply} (should name {' or '.join(names)})")

    def inputs(self):
        for operation in self.operations():
            if operation.input_shape is not None:
                for path, shape, required in members(operation.input_shape):
                    yield operation, path, shape, required

    def readings(self, members_of):
        """What the operations that list things answer. `members_of` are members beyond the required ones, by operation."""
        for operation in self.operations():
            if operation.name.startswith(("Describe", "List")):
                with self.subTest(operation.name):
                    parameters = {**fill(operation.input_shape), **members_of.get(operation.name, {})}
                    yield operation.name, self.call(operation, parameters)


class BadRequestsTest(ConformanceTest):
    def test_unsigned(self):
        client = self.connect(signature_version=UNSIGNED)
        self.addCleanup(client.close)
        for operation in self.operations():
            with self.subTest(operation.name):
                parameters = fill(operation.input_shape) if operation.input_shape else {}
                reply = self.call(operation, parameters, client=client)
                self.assertEqual((reply.status, reply.code), (403, "MissingAuthenticationToken"), reply)

    def test_each_required_member_missing(self):
        tried = 0
        for operation, path, _, required in self.inputs():
            if not required:
                continue
            parameters = fill(operation.input_shape, path)
            gone = without(parameters, path)
            if gone != path and not self.is_required(operation.input_shape, gone):
                continue  # nothing is left of an optional structure: that's a good request
            with self.subTest(operation.name, missing=".".join(path)):
                self.assertNames(self.call(operation, parameters), BAD_VALUE, last_name(gone))
                tried += 1
        self.assertGreater(tried, 70)

    @staticmethod
    def is_required(shape, path):
        return any(other == path and required for other, _, required in members(shape))

    def tampered(self, operation, path, text):
        return self.call(operation, fill(operation.input_shape, path), {wire_key(operation.input_shape, path): text})

    def test_unknown_values_of_enums(self):
        tried = 0
        for operation, path, shape, _ in self.inputs():
            if shape.type_name == "string" and shape.enum:
                with self.subTest(operation.name, member=".".join(path)):
                    reply = self.tampered(operation, path, "no-such-value")
                    self.assertNames(reply, REQUEST_LEVEL, last_name(path), "no-such-value")
                    tried += 1
        self.assertGreater(tried, 20)

    def test_text_where_another_type_belongs(self):
        wrong = {"integer": ["2147483648", "many", "1.5", ""], "boolean": ["maybe", ""], "timestamp": ["yesterday", ""]}
        tried = set()
        for operation, path, shape, _ in self.inputs():
            for text in wrong.get(shape.type_name, []):
                with self.subTest(operation.name, member=".".join(path), text=text):
                    self.assertNames(self.tampered(operation, path, text), REQUEST_LEVEL, last_name(path))
                    tried.add(shape.type_name)
        self.assertEqual(tried, set(wrong))


class GoodRequestsTest(ConformanceTest):
    def test_plausible_requests(self):
        """Whatever the answer is to a request with all that is required: the model knows it."""
        for operation in self.operations():
            with self.subTest(operation.name):
                self.call(operation, fill(operation.input_shape) if operation.input_shape else {})

    def test_odd_text_in_every_member(self):
        """Accepted or not, the answer is well-formed and the model's; what was accepted is listed in good order."""
        odd = ["", " ", "a" * 5000, "<&>\"'\u2603\U0001f600", "a\0b", "../x", "-x-", "arn:aws:elasticache:", "%s%n{}"]
        tried = 0
        for operation, path, shape, _ in self.inputs():
            if shape.type_name != "string":
                continue
            for text in odd:
                with self.subTest(operation.name, member=".".join(path), text=text[:20]):
                    self.call(operation, fill(operation.input_shape, path), {wire_key(operation.input_shape, path): text})
                    tried += 1
        self.assertGreater(tried, 1000)
        for operation, reply in self.readings(DEFAULTS):
            with self.subTest(operation):
                self.assertTrue(not reply.code or reply.not_served or operation in NEED_A_RESOURCE, reply)


class EmptyLabTest(ConformanceTest):
    def test_what_lists_things_answers_as_the_model_says(self):
        for operation, reply in self.readings(DEFAULTS):
            with self.subTest(operation):
                self.assertTrue(not reply.code or reply.not_served or operation in NEED_A_RESOURCE, reply)


class FullLabTest(ConformanceTest):
    """A lab with one of each kind that this version serves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            cls.arn = cls.fill_lab()
        except BaseException:
            cls.lab.close()
            raise

    @classmethod
    def fill_lab(cls):
        """The ARN of the replication group."""
        client = cls.client
        client.create_cache_parameter_group(CacheParameterGroupName="mine", CacheParameterGroupFamily="redis7", Description="d")
        client.create_user(UserId="u1", UserName="default", Engine="redis", AccessString="on ~* +@all", NoPasswordRequired=True)
        client.create_user_group(UserGroupId="g1", Engine="redis", UserIds=["u1"])
        group = client.create_replication_group(
            ReplicationGroupId="full", ReplicationGroupDescription="d", CacheNodeType="cache.t4g.micro", NumCacheClusters=2,
            Engine="redis", CacheParameterGroupName="mine", AutomaticFailoverEnabled=True, MultiAZEnabled=True,
            Tags=[{"Key": "env", "Value": "test"}])["ReplicationGroup"]
        client.create_cache_cluster(CacheClusterId="mem", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=2,
                                    AZMode="cross-az")
        offering = client.describe_reserved_cache_nodes_offerings()["ReservedCacheNodesOfferings"][0]
        cls.offering = offering["ReservedCacheNodesOfferingId"]
        client.purchase_reserved_cache_nodes_offering(ReservedCacheNodesOfferingId=cls.offering, ReservedCacheNodeId="r1")
        for name in ("full", "mem"):
            cls.lab.settled(name)
        return group["ARN"]

    def test_what_lists_things_answers_as_the_model_says(self):
        parameters = {**DEFAULTS, "DescribeCacheClusters": {"ShowCacheNodeInfo": True},
                      "ListAllowedNodeTypeModifications": {"ReplicationGroupId": "full"},
                      "ListTagsForResource": {"ResourceName": self.arn}}
        for operation, reply in self.readings(parameters):
            with self.subTest(operation):
                self.assertTrue(not reply.code or reply.not_served, reply)

    def test_numbers_far_out_of_range(self):
        real = {"ReplicationGroupId": "full", "CacheClusterId": "mem", "CacheParameterGroupName": "mine",
                "ReservedCacheNodesOfferingId": self.offering}
        for operation, path, shape, _ in self.inputs():
            if shape.type_name != "integer":
                continue
            parameters = fill(operation.input_shape, path)
            if not operation.name.startswith("Create"):
                parameters.update((name, value) for name, value in real.items() if name in parameters)
            for number in ("-1", "2147483647"):
                with self.subTest(operation.name, member=".".join(path), number=number):
                    reply = self.call(operation, parameters, {wire_key(operation.input_shape, path): number})
                    self.assertTrue(reply.code, f"{reply}: accepted")
                    if reply.not_served or "Quota" in reply.code:
                        continue
                    names = (last_name(path), number)
                    if (operation.name, last_name(path)) in OTHER_REASON:
                        names = ("",)
                    self.assertNames(reply, BAD_VALUE, *names)


if __name__ == "__main__":
    unittest.main()
