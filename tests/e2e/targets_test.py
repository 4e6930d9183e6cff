"""A data directory means its own lab or none: whoever listens on a port is left alone."""
import json
import os
import shutil
import tempfile
import unittest

from lab import Lab, redis


class TargetsTest(unittest.TestCase):
    def setUp(self):
        self.ours = Lab()
        self.addCleanup(self.ours.close)
        self.ours.up()
        self.ours.run("create-cluster", "demo", "--engine", "redis")
        self.endpoint = self.ours.endpoint("demo")
        redis(self.endpoint, "SET", "k", "v")
        self.other = tempfile.mkdtemp(prefix="elab-other-")
        self.addCleanup(shutil.rmtree, self.other)

    def refused(self, words, sentence):
        result = self.ours.run(*words, "--data-dir", self.other, check=False)
        self.assertNotEqual(result.returncode, 0, words)
        self.assertIn(sentence, result.stderr, words)

    def assertUntouched(self):
        self.assertEqual(redis(self.endpoint, "GET", "k"), "v")
        self.assertEqual(self.ours.group("demo")["Status"], "available")
        self.assertGreater(self.ours.daemon_pid(), 0)

    def test_a_directory_without_a_lab_and_one_whose_lab_is_stopped(self):
        commands = (["delete-cluster", "demo"], ["fault", "kill-node", "demo-001"], ["clock", "advance", "1h"],
                    ["trail"], ["describe-cluster", "demo"])
        for words in commands:
            self.refused(words, "there is no lab in")
        # As a stopped lab leaves it, whose port is another's by now.
        with open(os.path.join(self.other, "lab.json"), "w") as file:
            json.dump({"GrpcPort": self.ours.grpc_port}, file)
        for words in commands:
            self.refused(words, "is stopped")
        self.ours.run("down", "--data-dir", self.other, check=False)
        self.assertUntouched()

    def test_a_removed_socket_file_is_no_stopped_lab(self):
        os.remove(os.path.join(self.ours.dir, "run", "control.sock"))
        result = self.ours.run("describe-cluster", "demo", check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(f"(pid {self.ours.daemon_pid()}) runs", result.stderr)

    def test_an_endpoint_that_is_named_is_meant(self):
        group = self.ours.json("describe-replication-groups", "--replication-group-id", "demo", "--data-dir", self.other, "--endpoint",
                               f"127.0.0.1:{self.ours.grpc_port}",
                               env={"ELASTILAB_ACCESS_KEY_ID": "test", "ELASTILAB_SECRET_ACCESS_KEY": "test"})
        self.assertEqual(group["ReplicationGroups"][0]["Status"], "available")


if __name__ == "__main__":
    unittest.main(verbosity=2)
