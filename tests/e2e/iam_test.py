"""Identities and policies rule every face: the aws CLI and boto3 over signed HTTP, and our own CLI over gRPC."""
import json
import os
import subprocess
import unittest

from lab import LabTest, eventually

SMALL_ENCRYPTED_TAGGED = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Small", "Effect": "Allow", "Action": "elasticache:CreateReplicationGroup",
         "Resource": "arn:aws:elasticache:*:*:replicationgroup:*",
         "Condition": {"StringLike": {"elasticache:CacheNodeType": "cache.t4g.*"},
                       "Bool": {"elasticache:AtRestEncryptionEnabled": "true"},
                       "StringEquals": {"aws:RequestTag/env": ["dev", "test"]}}},
        {"Effect": "Allow", "Action": "elasticache:CreateReplicationGroup",
         "Resource": "arn:aws:elasticache:*:*:parametergroup:default.*"},
        {"Effect": "Allow", "Action": ["elasticache:AddTagsToResource", "elasticache:Describe*"], "Resource": "*"}]}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class IamTest(LabTest):
    def aws(self, *words, key=("test", "test", ""), check=True):
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": key[0], "AWS_SECRET_ACCESS_KEY": key[1], "AWS_PAGER": "",
                       "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
                       "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
        environment.pop("AWS_SESSION_TOKEN", None)
        if len(key) > 2 and key[2]:
            environment["AWS_SESSION_TOKEN"] = key[2]
        result = subprocess.run(["/usr/bin/aws", "--endpoint-url", f"http://127.0.0.1:{self.lab.http_port}", *words],
                                capture_output=True, text=True, timeout=60, env=environment, check=False)
        if check:
            self.assertEqual(result.returncode, 0, result.stderr)
            return json.loads(result.stdout) if result.stdout.strip() else None
        return result

    def assertDenied(self, code, *words, key):
        result = self.aws(*words, key=key, check=False)
        self.assertNotEqual(result.returncode, 0, f"{words} was allowed")
        self.assertIn(f"({code})", result.stderr)
        return result.stderr

    def user(self, name, *statements):
        """A user with an inline policy; its key."""
        self.lab.run("iam", "create-user", "--user-name", name)
        if statements:
            self.lab.run("iam", "put-user-policy", "--user-name", name, "--policy-name", "own",
                         "--policy-document", document(*statements))
        key = self.lab.json("iam", "create-access-key", "--user-name", name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"], ""

    def create_group(self, name, *words, key, check=True):
        return self.aws("elasticache", "create-replication-group", "--replication-group-id", name,
                        "--replication-group-description", "d", *words, key=key, check=check)

    def test_small_encrypted_tagged_groups_and_nothing_else(self):
        key = self.user("alice", *SMALL_ENCRYPTED_TAGGED["Statement"])
        small = ("--cache-node-type", "cache.t4g.micro")
        encrypted = ("--at-rest-encryption-enabled",)
        tagged = ("--tags", "Key=env,Value=dev")
        for name, words in [("large", ("--cache-node-type", "cache.r6g.large", *encrypted, *tagged)),
                            ("plain", (*small, *tagged)), ("untagged", (*small, *encrypted)),
                            ("prod", (*small, *encrypted, "--tags", "Key=env,Value=prod"))]:
            with self.subTest(name):
                result = self.create_group(name, *words, key=key, check=False)
                self.assertIn("(AccessDenied)", result.stderr)
        self.create_group("fine", *small, *encrypted, *tagged, key=key)
        self.addCleanup(self.lab.run, "delete-cluster", "fine", check=False)
        self.aws("elasticache", "wait", "replication-group-available", "--replication-group-id", "fine", key=key)
        refused = self.assertDenied("AccessDenied", "elasticache", "delete-replication-group", "--replication-group-id", "fine",
                                    key=key)
        self.assertIn("User: arn:aws:iam::000000000000:user/alice is not authorized to perform: "
                      "elasticache:DeleteReplicationGroup on resource: "
                      "arn:aws:elasticache:us-east-1:000000000000:replicationgroup:fine because no identity-based policy allows "
                      "the elasticache:DeleteReplicationGroup action", refused)

    def test_the_same_decision_on_every_face(self):
        key = self.user("bob", {"Effect": "Allow", "Action": "elasticache:DescribeEvents", "Resource": "*"})
        as_bob = {"ELASTILAB_ACCESS_KEY_ID": key[0], "ELASTILAB_SECRET_ACCESS_KEY": key[1]}
        self.aws("elasticache", "describe-events", key=key)
        self.lab.run("describe-events", env=as_bob)
        self.assertDenied("AccessDenied", "elasticache", "describe-cache-clusters", key=key)
        refused = self.lab.run("describe-cache-clusters", env=as_bob, check=False)
        self.assertEqual(refused.returncode, 5, refused.stderr)
        self.assertIn("AccessDenied", refused.stderr)

    def test_wrong_keys(self):
        key = self.user("carol")
        self.assertDenied("SignatureDoesNotMatch", "sts", "get-caller-identity", key=(key[0], "wrong", ""))
        self.assertDenied("InvalidClientTokenId", "sts", "get-caller-identity", key=("AKIANOBODY", "x", ""))
        self.assertDenied("SignatureDoesNotMatch", "elasticache", "delete-user", "--user-id", "u", key=(key[0], "wrong", ""))
        records = map(json.loads, self.lab.run("trail", "--refused", "-o", "json").stdout.splitlines())
        reads = {r["eventName"]: r["readOnly"] for r in records if r["errorCode"] == "SignatureDoesNotMatch"}
        self.assertEqual(reads, {"GetCallerIdentity": True, "DeleteUser": False})
        self.assertEqual(self.aws("sts", "get-caller-identity", key=key)["Arn"], "arn:aws:iam::000000000000:user/carol")
        self.lab.run("iam", "update-access-key", "--user-name", "carol", "--access-key-id", key[0], "--status", "Inactive")
        self.assertDenied("InvalidClientTokenId", "sts", "get-caller-identity", key=key)

    def test_groups_managed_policies_and_boundaries(self):
        key = self.user("dave")
        self.aws("iam", "create-group", "--group-name", "viewers")
        self.aws("iam", "attach-group-policy", "--group-name", "viewers",
                 "--policy-arn", "arn:aws:iam::aws:policy/AmazonElastiCacheReadOnlyAccess")
        self.assertDenied("AccessDenied", "elasticache", "describe-cache-clusters", key=key)
        self.aws("iam", "add-user-to-group", "--group-name", "viewers", "--user-name", "dave")
        self.aws("elasticache", "describe-cache-clusters", key=key)
        boundary = self.aws("iam", "create-policy", "--policy-name", "only-events", "--policy-document",
                            document({"Effect": "Allow", "Action": "elasticache:DescribeEvents", "Resource": "*"}))["Policy"]["Arn"]
        self.aws("iam", "put-user-permissions-boundary", "--user-name", "dave", "--permissions-boundary", boundary)
        refused = self.assertDenied("AccessDenied", "elasticache", "describe-cache-clusters", key=key)
        self.assertIn("because no permissions boundary allows the elasticache:DescribeCacheClusters action", refused)
        self.aws("elasticache", "describe-events", key=key)

    def test_a_role_for_a_session(self):
        key = self.user("erin", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
        trust = document({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:user/erin"},
                          "Action": "sts:AssumeRole"})
        role = self.aws("iam", "create-role", "--role-name", "ops", "--assume-role-policy-document", trust)["Role"]["Arn"]
        self.aws("iam", "attach-role-policy", "--role-name", "ops",
                 "--policy-arn", "arn:aws:iam::aws:policy/AmazonElastiCacheFullAccess")
        narrow = document({"Effect": "Allow", "Action": "elasticache:DescribeCacheClusters", "Resource": "*"})
        credentials = self.aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "night", "--policy", narrow,
                               key=key)["Credentials"]
        session = (credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])
        self.assertEqual(self.aws("sts", "get-caller-identity", key=session)["Arn"],
                         "arn:aws:sts::000000000000:assumed-role/ops/night")
        self.aws("elasticache", "describe-cache-clusters", key=session)
        refused = self.assertDenied("AccessDenied", "elasticache", "describe-events", key=session)
        self.assertIn("because no session policy allows", refused)
        stranger = self.user("frank", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
        self.assertDenied("AccessDenied", "sts", "assume-role", "--role-arn", role, "--role-session-name", "day", key=stranger)
        self.lab.run("clock", "advance", "2h")
        self.assertDenied("ExpiredToken", "elasticache", "describe-cache-clusters", key=session)

    def test_a_policy_that_is_none_says_where(self):
        bad = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "elasticache:*", "Resourc": "*"}]}'
        result = self.aws("iam", "create-policy", "--policy-name", "bad", "--policy-document", bad, check=False)
        self.assertIn("(MalformedPolicyDocument)", result.stderr)
        self.assertIn("Statement 1", result.stderr)

    def test_simulation_and_the_trail_tell_why(self):
        key = self.user("grace", {"Sid": "Look", "Effect": "Allow", "Action": "elasticache:Describe*", "Resource": "*"})
        results = self.aws("iam", "simulate-principal-policy", "--policy-source-arn", "arn:aws:iam::000000000000:user/grace",
                           "--action-names", "elasticache:DescribeEvents", "elasticache:DeleteCacheCluster")["EvaluationResults"]
        self.assertEqual([r["EvalDecision"] for r in results], ["allowed", "implicitDeny"])
        self.assertDenied("AccessDenied", "elasticache", "delete-cache-cluster", "--cache-cluster-id", "x", key=key)
        line = self.lab.run("trail", "--user", "grace", "--refused", "-o", "json").stdout.splitlines()[-1]
        record = json.loads(line)
        self.assertEqual((record["eventName"], record["errorCode"]), ("DeleteCacheCluster", "AccessDenied"))
        self.assertEqual(record["userIdentity"]["userName"], "grace")
        self.assertEqual(record["sourceIPAddress"], "127.0.0.1")

    def test_secrets_lie_nowhere(self):
        key = self.user("heidi")
        eventually(lambda: self.lab.run("trail", "--event", "CreateAccessKey").stdout, what="the trail")
        for directory, _, files in os.walk(self.lab.dir):
            for path in filter(os.path.isfile, (os.path.join(directory, name) for name in files)):
                with open(path, "rb") as file:
                    self.assertNotIn(key[1].encode(), file.read(), path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
