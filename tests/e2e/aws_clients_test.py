"""What users have already works unchanged: the aws CLI and boto3 (client, exceptions, paginators, waiters, presigned requests)
make, use, change and delete real caches through the AWS Query API."""
import json
import os
import socket
import subprocess
import unittest
import urllib.error
import urllib.request
import warnings
import xml.etree.ElementTree as ElementTree

import boto3
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, WaiterError

from lab import LabTest, memcached, redis

QUICK = {"Delay": 1, "MaxAttempts": 60}
GROUP = {"ReplicationGroupDescription": "d", "Engine": "redis", "CacheNodeType": "cache.t3.micro"}


class AwsTest(LabTest):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore", ResourceWarning)  # botocore leaves its connections to the garbage collector
        super().setUpClass()
        cls.url = f"http://127.0.0.1:{cls.lab.http_port}"
        # No configuration of whoever runs this must matter, and what fails fails at once.
        cls.environment = {**{k: v for k, v in os.environ.items() if not k.startswith("AWS_")}, "AWS_ACCESS_KEY_ID": "test",
                           "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "",
                           "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
                           "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_MAX_ATTEMPTS": "1"}
        cls.client = cls.new_client()

    @classmethod
    def new_client(cls, service="elasticache", **options):
        return boto3.client(service, endpoint_url=cls.url, aws_access_key_id="test", aws_secret_access_key="test",
                            **{"region_name": "us-east-1", "config": Config(retries={"max_attempts": 0}), **options})

    def aws(self, *words, check=True):
        result = subprocess.run(["/usr/bin/aws", "--endpoint-url", self.url, *words], capture_output=True, text=True, timeout=120,
                                env=self.environment, check=False)
        if check:
            self.assertEqual(result.returncode, 0, result.stderr)
            return json.loads(result.stdout) if result.stdout.strip() else None
        return result

    def wait(self, waiter, **what):
        """The aws CLI's own waiters look every 15 s: they are asked only once the first look will do."""
        (key, name), = what.items()
        self.client.get_waiter(waiter).wait(**{key: name}, WaiterConfig=QUICK)
        flag = {"CacheClusterId": "--cache-cluster-id", "ReplicationGroupId": "--replication-group-id"}[key]
        self.aws("elasticache", "wait", waiter.replace("_", "-"), flag, name)

    def refused(self, code, status, call, **parameters):
        with self.assertRaises(ClientError) as caught:
            call(**parameters)
        response = caught.exception.response
        self.assertEqual((response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]), (code, status))
        self.assertEqual(response["Error"]["Type"], "Sender" if status < 500 else "Receiver")
        self.assertEqual(len(response["ResponseMetadata"]["RequestId"]), 36)
        self.assertEqual(response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"],
                         response["ResponseMetadata"]["RequestId"])
        return caught.exception

    def delete_later(self, cluster=None, group=None):
        def delete():
            try:
                if cluster:
                    self.client.delete_cache_cluster(CacheClusterId=cluster)
                    self.client.get_waiter("cache_cluster_deleted").wait(CacheClusterId=cluster, WaiterConfig=QUICK)
                else:
                    self.client.delete_replication_group(ReplicationGroupId=group)
                    self.client.get_waiter("replication_group_deleted").wait(ReplicationGroupId=group, WaiterConfig=QUICK)
            except ClientError as error:
                self.assertRegex(error.response["Error"]["Code"], "NotFound")
        self.addCleanup(delete)


class AwsCliTest(AwsTest):
    def test_a_redis_groups_life(self):
        made = self.aws("elasticache", "create-replication-group", "--replication-group-id", "cli", "--replication-group-description",
                        "made by the aws CLI", "--engine", "redis", "--cache-node-type", "cache.t3.micro", "--num-cache-clusters", "2",
                        "--automatic-failover-enabled", "--tags", "Key=env,Value=dev", "Key=team,Value=blue")["ReplicationGroup"]
        self.delete_later(group="cli")
        self.assertEqual((made["Status"], made["MemberClusters"]), ("creating", ["cli-001", "cli-002"]))
        self.wait("replication_group_available", ReplicationGroupId="cli")
        group = self.aws("elasticache", "describe-replication-groups", "--replication-group-id", "cli")["ReplicationGroups"][0]
        self.assertEqual((group["Status"], group["Description"]), ("available", "made by the aws CLI"))
        primary = group["NodeGroups"][0]["PrimaryEndpoint"]
        self.assertEqual(redis(primary["Address"], "SET", "k", "v", port=primary["Port"]), "OK")
        self.assertEqual(self.aws("elasticache", "list-tags-for-resource", "--resource-name", group["ARN"])["TagList"],
                         [{"Key": "env", "Value": "dev"}, {"Key": "team", "Value": "blue"}])
        self.aws("elasticache", "modify-replication-group", "--replication-group-id", "cli", "--replication-group-description",
                 "changed & <checked>", "--apply-immediately")
        self.assertEqual(self.aws("elasticache", "describe-replication-groups", "--query", "ReplicationGroups[0].Description"),
                         "changed & <checked>")
        self.aws("elasticache", "delete-replication-group", "--replication-group-id", "cli")
        self.wait("replication_group_deleted", ReplicationGroupId="cli")

    def test_a_memcached_clusters_life(self):
        self.aws("elasticache", "create-cache-cluster", "--cache-cluster-id", "mem", "--engine", "memcached", "--cache-node-type",
                 "cache.t3.micro", "--num-cache-nodes", "2", "--az-mode", "cross-az", "--preferred-availability-zones",
                 "us-east-1a", "us-east-1b")
        self.delete_later(cluster="mem")
        self.wait("cache_cluster_available", CacheClusterId="mem")
        cluster = self.aws("elasticache", "describe-cache-clusters", "--cache-cluster-id", "mem",
                           "--show-cache-node-info")["CacheClusters"][0]
        self.assertEqual([n["CustomerAvailabilityZone"] for n in cluster["CacheNodes"]], ["us-east-1a", "us-east-1b"])
        for node in cluster["CacheNodes"]:
            self.assertIn(b"VERSION", memcached(node["Endpoint"]["Address"], b"version\r\n", end=b"\r\n"))
        self.aws("elasticache", "reboot-cache-cluster", "--cache-cluster-id", "mem", "--cache-node-ids-to-reboot", "0001")
        self.wait("cache_cluster_available", CacheClusterId="mem")

    def test_errors_carry_the_services_codes(self):
        for code, words in [("CacheClusterNotFound", ("describe-cache-clusters", "--cache-cluster-id", "nobody")),
                            ("ReplicationGroupNotFoundFault", ("delete-replication-group", "--replication-group-id", "nobody")),
                            ("InvalidParameterValue", ("create-cache-cluster", "--cache-cluster-id", "1st")),
                            ("CacheSubnetGroupNotFoundFault", ("delete-cache-subnet-group", "--cache-subnet-group-name", "nobody"))]:
            result = self.aws("elasticache", *words, check=False)
            self.assertEqual(result.returncode, 254)
            self.assertIn(f"({code})", result.stderr)

    def test_other_services_say_that_they_are_not_here(self):
        for words in (("s3api", "list-buckets"), ("dynamodb", "list-tables"), ("ec2", "describe-vpcs")):
            result = self.aws(*words, check=False)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("is not served here; these are: elasticache, iam, sts.", result.stderr)

    def test_who_am_i(self):
        self.assertEqual(self.aws("sts", "get-caller-identity")["Arn"], "arn:aws:iam::000000000000:root")


class BotoTest(AwsTest):
    def test_a_clusters_life_with_waiters(self):
        made = self.client.create_cache_cluster(CacheClusterId="boto", Engine="redis", CacheNodeType="cache.t3.micro",
                                                NumCacheNodes=1, SnapshotRetentionLimit=0, AutoMinorVersionUpgrade=False,
                                                Tags=[{"Key": "env", "Value": ""}])["CacheCluster"]
        self.delete_later(cluster="boto")
        self.assertEqual((made["CacheClusterStatus"], made["PendingModifiedValues"]), ("creating", {}))
        self.assertEqual((made["SnapshotRetentionLimit"], made["AutoMinorVersionUpgrade"]), (0, False))
        self.client.get_waiter("cache_cluster_available").wait(CacheClusterId="boto", WaiterConfig=QUICK)
        cluster = self.client.describe_cache_clusters(CacheClusterId="boto", ShowCacheNodeInfo=True)["CacheClusters"][0]
        self.assertEqual(redis(cluster["CacheNodes"][0]["Endpoint"]["Address"], "PING"), "PONG")
        self.assertLess(abs((cluster["CacheClusterCreateTime"] - made["CacheClusterCreateTime"]).total_seconds()), 0.001)
        self.client.modify_cache_cluster(CacheClusterId="boto", PreferredMaintenanceWindow="sun:05:00-sun:06:00")
        cluster = self.client.describe_cache_clusters(CacheClusterId="boto")["CacheClusters"][0]
        self.assertEqual(cluster["PreferredMaintenanceWindow"], "sun:05:00-sun:06:00")
        self.client.delete_cache_cluster(CacheClusterId="boto")
        self.client.get_waiter("cache_cluster_deleted").wait(CacheClusterId="boto", WaiterConfig=QUICK)
        self.refused("CacheClusterNotFound", 404, self.client.describe_cache_clusters, CacheClusterId="boto")

    def test_node_groups_as_lists_of_structures(self):
        group = self.client.create_replication_group(
            ReplicationGroupId="lists", NumNodeGroups=1, AutomaticFailoverEnabled=True, CacheParameterGroupName="default.redis7",
            NodeGroupConfiguration=[{"ReplicaCount": 1, "PrimaryAvailabilityZone": "us-east-1c",
                                     "ReplicaAvailabilityZones": ["us-east-1b"]}], **GROUP)["ReplicationGroup"]
        self.delete_later(group="lists")
        self.client.get_waiter("replication_group_available").wait(ReplicationGroupId="lists", WaiterConfig=QUICK)
        group = self.client.describe_replication_groups(ReplicationGroupId="lists")["ReplicationGroups"][0]
        self.assertEqual([m["PreferredAvailabilityZone"] for m in group["NodeGroups"][0]["NodeGroupMembers"]],
                         ["us-east-1c", "us-east-1b"])

    def test_the_exceptions_of_the_model(self):
        exceptions = self.client.exceptions
        for kind, code, status, call, parameters in [
                (exceptions.CacheClusterNotFoundFault, "CacheClusterNotFound", 404, "describe_cache_clusters",
                 {"CacheClusterId": "nobody"}),
                (exceptions.ReplicationGroupNotFoundFault, "ReplicationGroupNotFoundFault", 404, "describe_replication_groups",
                 {"ReplicationGroupId": "nobody"}),
                (exceptions.CacheSubnetGroupNotFoundFault, "CacheSubnetGroupNotFoundFault", 400, "describe_cache_subnet_groups",
                 {"CacheSubnetGroupName": "nobody"}),
                (exceptions.InvalidParameterValueException, "InvalidParameterValue", 400, "create_cache_cluster",
                 {"CacheClusterId": "1st"}),
                (exceptions.UserNotFoundFault, "UserNotFound", 404, "describe_users", {"UserId": "nobody"}),
                (exceptions.InvalidARNFault, "InvalidARN", 400, "list_tags_for_resource", {"ResourceName": "nothing"})]:
            with self.subTest(call):
                self.assertIsInstance(self.refused(code, status, getattr(self.client, call), **parameters), kind)
        # The model knows some requests to be wrong before they are sent; the service must know all.
        careless = self.new_client(config=Config(parameter_validation=False, retries={"max_attempts": 0}))
        error = self.refused("InvalidParameterValue", 400, careless.delete_cache_cluster)
        self.assertIn("The parameter CacheClusterId must be provided", error.response["Error"]["Message"])
        self.refused("InvalidParameterValue", 400, careless.describe_events, SourceType="moon")
        self.refused("InvalidParameterValue", 400, careless.describe_events, Duration="long")

    def test_paginators_walk_through_all_pages(self):
        names = [f"page-{i:03}" for i in range(45)]
        for name in names:
            self.client.create_cache_subnet_group(CacheSubnetGroupName=name, CacheSubnetGroupDescription="d",
                                                  SubnetIds=["subnet-0a"])
        pages = list(self.client.get_paginator("describe_cache_subnet_groups").paginate(PaginationConfig={"PageSize": 20}))
        found = [g["CacheSubnetGroupName"] for page in pages for g in page["CacheSubnetGroups"]]
        self.assertGreaterEqual(len(pages), 3)
        self.assertNotIn("Marker", pages[-1])
        self.assertEqual([name for name in found if name.startswith("page-")], names)
        for name in names:  # no result element: nothing but metadata comes back
            self.assertEqual(list(self.client.delete_cache_subnet_group(CacheSubnetGroupName=name)), ["ResponseMetadata"])

    def test_a_waiter_gives_up_on_what_is_not_there(self):
        with self.assertRaises(WaiterError):
            self.client.get_waiter("cache_cluster_available").wait(CacheClusterId="nobody",
                                                                   WaiterConfig={"Delay": 1, "MaxAttempts": 1})

    def test_empty_lists_are_lists(self):
        reply = self.client.describe_cache_clusters()
        self.assertEqual((reply["CacheClusters"], "Marker" in reply), ([], False))

    def test_signed_for_another_region_or_with_another_secret(self):
        self.refused("SignatureDoesNotMatch", 403, self.new_client(region_name="eu-west-1").describe_events)
        wrong = boto3.client("elasticache", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="test",
                             aws_secret_access_key="wrong")
        self.refused("SignatureDoesNotMatch", 403, wrong.describe_events)


class WireTest(AwsTest):
    """Below the SDKs."""

    def get(self, path, data=None, headers=None):
        request = urllib.request.Request(self.url + path, data=data, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def presigned(self, expires=60, **parameters):
        request = AWSRequest("GET", self.url + "/", params=parameters)
        SigV4QueryAuth(Credentials("test", "test"), "elasticache", "us-east-1", expires=expires).add_auth(request)
        return request.prepare().url[len(self.url):]

    def test_presigned_get(self):
        status, body = self.get(self.presigned(Action="DescribeEvents", Version="2015-02-02"))
        self.assertEqual(status, 200, body)
        self.assertEqual(ElementTree.fromstring(body).tag,
                         "{http://elasticache.amazonaws.com/doc/2015-02-02/}DescribeEventsResponse")
        status, body = self.get(self.presigned(Action="DescribeEvents") + "&MaxRecords=20")
        self.assertIn("<Code>SignatureDoesNotMatch</Code>", body)

    def test_keys_that_nobody_sends(self):
        for key in ("CacheNodeIdsToReboot.member.999999999", "CacheNodeIdsToReboot.member.x", "CacheClusterId.member.1",
                    "CacheNodeIdsToReboot", ".".join(["CacheNodeIdsToReboot"] * 40)):
            status, body = self.get(self.presigned(**{"Action": "RebootCacheCluster", "CacheClusterId": "c", key: "v"}))
            self.assertEqual(status, 400, key)
            self.assertIn("<Code>MalformedInput</Code>", body)

    def test_unsigned(self):
        status, body = self.get("/?Action=DescribeEvents")
        self.assertEqual(status, 403)
        self.assertIn("<Code>MissingAuthenticationToken</Code>", body)

    def test_health(self):
        for path in ("/health", "/_localstack/health"):
            status, body = self.get(path)
            self.assertEqual(status, 200)
            self.assertEqual(json.loads(body)["services"], {"elasticache": "running", "iam": "running", "sts": "running"})

    def test_status_tells_the_address(self):
        self.assertEqual(self.lab.json("status")["HttpAddress"], f"127.0.0.1:{self.lab.http_port}")
        self.assertIn(f"AWS_ENDPOINT_URL={self.url}\n", self.lab.run("env").stdout)
        with open(f"{self.lab.dir}/log/elastilabd.log") as log:
            self.assertIn("] Ready.\n", log.read())

    def test_rude_senders_disturb_nobody(self):
        rude = []
        for first in (b"", b"GET / HT", b"\0" * 100, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nhalf",
                      b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", b"GET /" + b"a" * 100_000):
            for _ in range(40):
                sock = socket.create_connection(("127.0.0.1", self.lab.http_port), timeout=5)
                self.addCleanup(sock.close)
                try:
                    sock.sendall(first)
                except (BrokenPipeError, ConnectionResetError):
                    pass
                rude.append(sock)
        self.assertEqual(self.client.describe_cache_clusters()["CacheClusters"], [])

    def test_a_taken_port_is_said_with_its_flag(self):
        program = os.path.join(os.environ.get("ELASTILAB_BIN", ""), "elastilabd")
        result = subprocess.run([program, "--data-dir", f"{self.lab.dir}/second", "--grpc-port", "0", "--dns-port", "0",
                                 "--http-port", str(self.lab.http_port), "--no-agents"],
                                capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stdout + result.stderr, rf"cannot listen on 127.0.0.1:{self.lab.http_port}: .*--http-port")


if __name__ == "__main__":
    unittest.main(verbosity=2)
