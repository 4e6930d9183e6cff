"""deploy/examples does what it says, each part with its own tool. A part whose tool is missing is skipped and says why; the
Terraform configuration is then still replayed through the provider's calls (terraform_provider.py)."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings

from lab import LabTest, redis
from terraform_provider import Connection
from terraform_resources import Cluster, ParameterGroup, ReplicationGroup, SubnetGroup, User, UserGroup

EXAMPLES = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../deploy/examples"))


class ExamplesTest(LabTest):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore", ResourceWarning)  # botocore leaves its connections to the garbage collector
        super().setUpClass()
        cls.url = f"http://127.0.0.1:{cls.lab.http_port}"
        cls.address = f"127.0.0.1:{cls.lab.grpc_port}"
        mine = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ELASTILAB_"))}
        cls.environment = {**mine, "AWS_ENDPOINT_URL": cls.url, "AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": "/dev/null",
                           "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "PYTHONDONTWRITEBYTECODE": "1"}

    def example(self, *words, check=True, timeout=120, **environment):
        result = subprocess.run(words, capture_output=True, text=True, timeout=timeout, cwd=EXAMPLES, check=False,
                                env={**self.environment, **environment})
        if check:
            self.assertEqual(result.returncode, 0, f"{words}\n{result.stdout}\n{result.stderr}")
        return result

    def nothing_is_left(self):
        self.assertEqual(self.lab.json("describe-replication-groups")["ReplicationGroups"], [])
        self.assertEqual(self.lab.json("describe-cache-clusters")["CacheClusters"], [])

    def skip(self, why):
        print(f"\nSKIPPED {self.id().rsplit('.', 1)[1]}: {why}", file=sys.stderr)
        self.skipTest(why)


class BotoTest(ExamplesTest):
    def test_from_creation_to_deletion(self):
        said = self.example("/usr/bin/python3", "boto3/group.py").stdout
        self.assertRegex(said, r"^boto3-example: available, members boto3-example-001, boto3-example-002\n"
                               r"127\.\d+\.\d+\.\d+:6379 greeting = hello from boto3\n"
                               r"tags: made-by=boto3\nboto3-example: deleted\n$")
        self.nothing_is_left()

    def test_a_wrong_key_is_refused(self):
        result = self.example("/usr/bin/python3", "boto3/group.py", check=False, AWS_SECRET_ACCESS_KEY="wrong")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("SignatureDoesNotMatch", result.stderr)


class GrpcTest(ExamplesTest):
    def setUp(self):
        try:
            import grpc
        except ImportError:
            self.skip("python3-grpcio is not installed")
        for tool in ("protoc", "grpc_python_plugin"):
            if not shutil.which(tool):
                self.skip(f"{tool} is not installed (protobuf-compiler, protobuf-compiler-grpc)")
        self.grpc = grpc

    def group(self, *words, **options):
        return self.example("/usr/bin/python3", "grpc/group.py", *words, **options)

    def test_from_creation_to_deletion(self):
        for address in (self.address, f"unix:{self.lab.dir}/run/control.sock"):
            with self.subTest(address):
                said = self.group("--address", address, "--id", "over-grpc").stdout
                self.assertRegex(said, r"^over-grpc: creating\nover-grpc: available, primary at 127\.[\d.]+:6379\n"
                                       r"tags: made-by=grpc\nover-grpc: deleted \(ReplicationGroupNotFoundFault\)\n$")
                self.nothing_is_left()

    def test_a_wrong_key_is_refused(self):
        result = self.group("--address", self.address, check=False, ELASTILAB_ACCESS_KEY_ID="test",
                            ELASTILAB_SECRET_ACCESS_KEY="wrong")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("UNAUTHENTICATED", result.stderr)
        self.nothing_is_left()

    def reflect(self, request):
        """What grpcurl asks first: a ServerReflectionRequest, put together by hand."""
        with self.grpc.insecure_channel(self.address) as channel:
            call = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                         request_serializer=bytes, response_deserializer=bytes)
            return next(iter(call(iter([request]), timeout=10)))

    def test_reflection_tells_what_grpcurl_needs(self):
        services = self.reflect(b"\x3a\x01*")  # list_services
        self.assertIn(b"elasticache.v1.ReplicationGroups", services)
        symbol = b"elasticache.v1.ReplicationGroups.DescribeReplicationGroups"
        file = self.reflect(b"\x22" + bytes([len(symbol)]) + symbol)  # file_containing_symbol
        self.assertIn(b"DescribeReplicationGroupsRequest", file)

    def test_grpcurl(self):
        self.example("sh", "-n", "grpcurl/list.sh")
        if not shutil.which("grpcurl"):
            self.skip("grpcurl is not installed; Debian 12 has no package of it")
        said = self.example("grpcurl/list.sh", ELASTILAB_GRPC=self.address).stdout
        self.assertIn("elasticache.v1.ReplicationGroups", said)


class Configuration:
    """The part of HCL that the example uses: blocks of literals, var.x and resource.name.attribute; anything else fails."""

    def __init__(self, folder):
        self.variables, self.resources = {}, {}
        for name, body in self.blocks(self.text(folder, "variables.tf"), r'variable "(\w+)"'):
            self.variables[name] = self.value(re.search(r"^  default\s*= (.*)$", body, re.M)[1], {})
        for (kind, name), body in self.blocks(self.text(folder, "main.tf"), r'resource "(\w+)" "(\w+)"'):
            self.resources[f"{kind}.{name}"] = body

    @staticmethod
    def text(folder, name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return re.sub(r"^\s*#.*\n", "", file.read(), flags=re.M)

    @staticmethod
    def blocks(text, head):
        found = list(re.finditer(rf"^{head} {{\n(.*?)^}}\n", text, re.M | re.S))
        assert len(found) == text.count("\n}\n"), "a block that is not understood"
        return [(match.groups()[:-1] if match.re.groups > 2 else match[1], match.groups()[-1]) for match in found]

    def value(self, text, states):
        text = text.strip()
        if match := re.fullmatch(r'"([^"$\\]*)"', text):
            return match[1]
        if re.fullmatch(r"\d+", text):
            return int(text)
        if text in ("true", "false"):
            return text == "true"
        if match := re.fullmatch(r"\[(.*)\]", text):
            return [self.value(item, states) for item in match[1].split(",")]
        if match := re.fullmatch(r"\{(.*)\}", text):
            pairs = (pair.split("=") for pair in match[1].split(","))
            return {key.strip(): self.value(value, states) for key, value in pairs}
        if match := re.fullmatch(r"var\.(\w+)", text):
            return self.variables[match[1]]
        match = re.fullmatch(r"(\w+\.\w+)\.(\w+)", text)
        assert match, f"not understood: {text}"
        return states[match[1]][match[2]]

    def attributes(self, address, states):
        """As the provider gets them: parameter blocks as a map, sets as sets."""
        body, values = self.resources[address], {}
        block = r'^  parameter {\n    name  = "(.*)"\n    value = "(.*)"\n  }\n'
        parameters = dict(re.findall(block, body, re.M))
        for line in filter(str.strip, re.sub(block, "", body, flags=re.M).splitlines()):
            name, value = line.split("=", 1)
            values[name.strip()] = self.value(value, states)
        sets = {name: set(value) for name, value in values.items() if name in ("subnet_ids", "user_ids")}
        return {**values, **sets, **({"parameter": parameters} if parameters else {})}


class TerraformTest(ExamplesTest):
    FOLDER = os.path.join(EXAMPLES, "terraform")
    KINDS = {"aws_elasticache_subnet_group": SubnetGroup, "aws_elasticache_parameter_group": ParameterGroup,
             "aws_elasticache_replication_group": ReplicationGroup, "aws_elasticache_cluster": Cluster,
             "aws_elasticache_user": User, "aws_elasticache_user_group": UserGroup}

    def test_the_configuration_replayed(self):
        configuration, connection, states = Configuration(self.FOLDER), Connection(self.url), {}
        kinds = {address: self.KINDS[address.split(".")[0]](connection) for address in configuration.resources}
        self.assertEqual({type(kind) for kind in kinds.values()}, set(self.KINDS.values()), "a resource type is missing")

        def apply():
            """In the order of the file, which is one of dependencies; the number of resources that were changed."""
            changes = 0
            for address, kind in kinds.items():
                wanted = configuration.attributes(address, states)
                if address not in states or kind.plan(wanted, kind.refresh(states[address]["id"], states[address])):
                    changes += 1
                    states[address] = kind.apply(wanted, states.get(address))
            return changes

        self.assertEqual(apply(), len(kinds))
        self.assertEqual(apply(), 0, "the plan after apply is not empty")
        group = states["aws_elasticache_replication_group.example"]
        self.assertEqual(redis(group["primary_endpoint_address"], "SET", "k", "v", port=group["port"]), "OK")
        for variable, value, expected in (("node_type", "cache.t3.small", 2), ("num_cache_clusters", 3, 1),
                                          ("num_cache_clusters", 2, 1), ("tags", {"Project": "other"}, len(kinds)),
                                          ("subnet_ids", ["subnet-0a000001", "subnet-0a000002", "subnet-0a000003"], 1)):
            with self.subTest(variable=variable, value=value):
                configuration.variables[variable] = value
                self.assertEqual(apply(), expected)
                self.assertEqual(apply(), 0, "the plan after apply is not empty")
        group = states["aws_elasticache_replication_group.example"]
        self.assertEqual(redis(group["primary_endpoint_address"], "GET", "k", port=group["port"]), "v")
        for address, kind in reversed(kinds.items()):
            kind.delete(states[address]["id"])
            self.assertIsNone(kind.refresh(states[address]["id"]))
        self.nothing_is_left()

    def terraform(self, *words, check=True, timeout=600):
        return self.example("terraform", f"-chdir={self.work}", *words, check=check, timeout=timeout, CHECKPOINT_DISABLE="1",
                            TF_IN_AUTOMATION="1", TF_INPUT="0", TF_VAR_endpoint=self.url)

    def set_up_terraform(self):
        if not shutil.which("terraform"):
            self.skip("terraform is not installed")
        folder = tempfile.TemporaryDirectory(prefix="elab-terraform-")
        self.addCleanup(folder.cleanup)
        self.work = os.path.join(folder.name, "example")
        shutil.copytree(self.FOLDER, self.work, ignore=shutil.ignore_patterns(".terraform*", "terraform.tfstate*"))

    def test_the_configuration_is_formatted(self):
        self.set_up_terraform()
        self.terraform("fmt", "-check", "-diff")

    def test_apply_plan_change_destroy(self):
        self.set_up_terraform()
        result = self.terraform("init", "-no-color", check=False)
        if result.returncode != 0:
            words = " ".join(re.sub("[╷│╵]", " ", result.stderr).split())
            reason = re.search(r"Error: (.*?)( To see which modules|$)", words)
            self.skip(f"terraform has no provider hashicorp/aws here: {(reason or [words, words])[1][:300]}")
        self.terraform("validate")
        self.terraform("apply", "-auto-approve", "-no-color")
        self.terraform("plan", "-detailed-exitcode", "-no-color")  # 2 if anything would be changed
        changed = ("-var", "node_type=cache.t3.small", "-var", "num_cache_clusters=3")
        self.terraform("apply", "-auto-approve", "-no-color", *changed)
        self.terraform("plan", "-detailed-exitcode", "-no-color", *changed)
        self.terraform("destroy", "-auto-approve", "-no-color", *changed)
        self.nothing_is_left()


if __name__ == "__main__":
    unittest.main(verbosity=2)
