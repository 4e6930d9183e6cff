"""What hashicorp/aws does with its aws_elasticache_* resources: which calls, in which order, waiting for what, and which
values it reads back and compares. Learnt from the provider's sources (v5 and v6); the call order is theirs, the code is ours.

Attributes have Terraform's names. `Resource.plan` tells what `terraform plan` would want to change: {} is an empty plan.
"""
import re
import time
import xml.etree.ElementTree as ElementTree

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SPACE = "{http://elasticache.amazonaws.com/doc/2015-02-02/}"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def read_like_go(shape, element, path):
    """The Go SDK, which the provider uses, matches list elements by name and scalars by form; botocore does neither."""
    kind = shape.type_name
    if kind == "structure":
        for child in element:
            name = child.tag.removeprefix(SPACE)
            member = next((m for key, m in shape.members.items() if m.serialization.get("name", key) == name), None)
            if member is not None:  # what is newer than Debian's botocore is not known to it
                read_like_go(member, child, f"{path}.{name}")
    elif kind == "list":
        wanted = shape.member.serialization.get("name", "member")
        for child in element:
            assert child.tag == SPACE + wanted, f"{path}: element {child.tag}, but Go wants {wanted}"
            read_like_go(shape.member, child, f"{path}[]")
    else:
        form = {"boolean": r"true|false", "integer": r"-?\d+", "timestamp": INSTANT.pattern}.get(kind, r"(?s:.*)")
        assert re.fullmatch(form, element.text or ""), f"{path}: {element.text!r} is no {kind} for Go"


class Connection:
    """The provider's client: every reply is read as Go reads it, and kept for members that botocore does not know."""

    def __init__(self, url):
        self.client = boto3.client("elasticache", endpoint_url=url, region_name="us-east-1", aws_access_key_id="test",
                                   aws_secret_access_key="test", config=Config(retries={"max_attempts": 0}))
        self.client.meta.events.register("after-call.elasticache", self._check)
        self.reply = None

    def _check(self, http_response, model, **_):
        self.reply = ElementTree.fromstring(http_response.text)
        result = self.reply.find(f"{SPACE}{model.name}Result")
        if http_response.status_code == 200 and model.output_shape is not None:
            read_like_go(model.output_shape, result, model.name)

    def __call__(self, operation, **parameters):
        return getattr(self.client, operation)(**parameters)

    def text(self, path):
        """The text of an element of the last reply, "" if it is not there."""
        return self.reply.findtext(".//" + "/".join(SPACE + part for part in path.split("/")), "")


def code_of(error):
    return error.response["Error"]["Code"]


def wait(status, pending, target, seconds=30):
    """The SDK's StateChangeConf: a state that is neither pending nor the target fails. A target of None: until it is gone."""
    deadline = time.monotonic() + seconds
    while True:
        state = status()
        if state == target:
            return
        if state not in pending:
            raise AssertionError(f"unexpected state {state!r}, wanted target {target!r} of pending {pending}")
        assert time.monotonic() < deadline, f"still {state!r} after {seconds} s, wanted {target!r}"
        time.sleep(0.005)


def retry_when(code, call, message="", seconds=30):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except ClientError as error:
            if code_of(error) != code or message not in error.response["Error"]["Message"] or time.monotonic() > deadline:
                raise
        time.sleep(0.005)


class Resource:
    IDENTITY = ""        # the attribute that has the id
    DEFAULTS = {}        # attributes that are not computed: what they are when the configuration has none
    NOT_READ = set()     # attributes that the provider never reads back
    PORTS = set()        # a difference from no port to one of these is suppressed
    ANY_CASE = set()     # attributes that are compared without regard to case
    NOT_FOUND = ""

    def __init__(self, connection):
        self.call = connection

    def find(self, resource_id):
        raise NotImplementedError

    def found(self, resource_id):
        try:
            return self.find(resource_id)
        except ClientError as error:
            if code_of(error) != self.NOT_FOUND:
                raise
            return None

    def refresh(self, resource_id, earlier=None):
        """The state as `terraform refresh` makes it, or None: it is gone and would be created again. What the provider does not
        read back stays as it was in the state before."""
        state = self.read(resource_id)
        if state is None:
            return None
        tags = self.on_tags("list_tags_for_resource", ResourceName=state["arn"])["TagList"]
        kept = {name: value for name, value in (earlier or {}).items() if name in self.NOT_READ}
        return {**state, **kept, "id": resource_id, "tags": {tag["Key"]: tag["Value"] for tag in tags}}

    def plan(self, config, state):
        if state is None:
            return {"": (None, "create")}
        wanted = {"tags": {}, **self.DEFAULTS, **config}
        if self.IDENTITY in wanted:
            wanted[self.IDENTITY] = wanted[self.IDENTITY].lower()
        if self.PORTS and "port" not in wanted and state["port"] not in self.PORTS:
            wanted["port"] = None
        fold = lambda name, value: value.lower() if name in self.ANY_CASE else value
        return {name: (state.get(name), value) for name, value in wanted.items()
                if name not in self.NOT_READ and fold(name, state.get(name)) != fold(name, value)}

    def apply(self, config, state=None):
        if state is None:
            resource_id = self.create(config, [{"Key": k, "Value": v} for k, v in config.get("tags", {}).items()])
        else:
            resource_id = state["id"]
            self.update_tags(state, config.get("tags", {}))
            self.update(state, config)
        return self.refresh(resource_id, config)

    def update_tags(self, state, tags):
        """Before the update itself: what is gone is removed, then what is new or different is added."""
        removed = [key for key in state["tags"] if key not in tags]
        if removed:
            self.on_tags("remove_tags_from_resource", ResourceName=state["arn"], TagKeys=removed)
        added = [{"Key": k, "Value": v} for k, v in tags.items() if state["tags"].get(k) != v]
        if added:
            self.on_tags("add_tags_to_resource", ResourceName=state["arn"], Tags=added)

    def on_tags(self, operation, **parameters):
        return retry_when("InvalidReplicationGroupState", lambda: self.call(operation, **parameters), "not in available state")

    @staticmethod
    def tagged(tags):
        return {"Tags": tags} if tags else {}
