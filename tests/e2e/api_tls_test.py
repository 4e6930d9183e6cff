"""The AWS API over TLS: with the lab's own certificate, and with one of the user's."""
import os
import socket
import ssl
import subprocess
import unittest
import urllib.request
import warnings

import boto3

from lab import Lab


class ApiTlsTest(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.close)

    def variables(self):
        """What `eval "$(elastilab env)"` sets."""
        lines = self.lab.run("env").stdout.splitlines()
        return dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))

    def health(self, authority):
        context = ssl.create_default_context(cafile=authority)
        with urllib.request.urlopen(f"https://127.0.0.1:{self.lab.http_port}/health", context=context, timeout=5) as answer:
            return answer.status

    def test_own_certificate(self):
        self.lab.up("--tls")
        variables = self.variables()
        url, authority = variables["AWS_ENDPOINT_URL"], variables["AWS_CA_BUNDLE"]
        self.assertEqual(url, f"https://127.0.0.1:{self.lab.http_port}")
        self.assertEqual(os.stat(f"{self.lab.dir}/tls/api.key").st_mode & 0o777, 0o600)

        warnings.simplefilter("ignore", ResourceWarning)  # botocore leaves its connections to the garbage collector
        client = boto3.client("elasticache", endpoint_url=url, verify=authority, region_name="us-east-1",
                              aws_access_key_id="test", aws_secret_access_key="test")
        self.assertEqual(client.describe_cache_clusters()["CacheClusters"], [])
        program = 'eval "$("$ELASTILAB" env)"; aws sts get-caller-identity --query Account --output text'
        account = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True, timeout=60,
                                 env={**self.lab.environment, "PATH": "/usr/bin:/bin", "ELASTILAB": self.lab.program()})
        self.assertEqual(account.stdout.strip(), "000000000000")

        with self.assertRaises(ssl.SSLError, msg="nobody else trusts the lab's authority"):
            with socket.create_connection(("127.0.0.1", self.lab.http_port), timeout=5) as plain:
                ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")

        with open(authority, encoding="ascii") as file:
            before = file.read()
        self.lab.down()
        self.lab.up()  # settings are remembered, and so is whom clients trust
        with open(authority, encoding="ascii") as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(self.health(authority), 200)

        self.lab.down()
        self.lab.up("--no-tls")
        self.assertNotIn("AWS_CA_BUNDLE", self.variables())
        with urllib.request.urlopen(f"http://127.0.0.1:{self.lab.http_port}/health", timeout=5) as answer:
            self.assertEqual(answer.status, 200)

    def test_certificate_of_the_users(self):
        certificate, key = f"{self.lab.dir}/mine.crt", f"{self.lab.dir}/mine.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=mine", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        alone = self.lab.run("up", "--tls-cert", certificate, check=False)
        self.assertEqual(alone.returncode, 2)
        self.assertIn("--tls-cert and --tls-key go together", alone.stderr)
        swapped = self.lab.up("--tls-cert", key, "--tls-key", certificate, check=False)
        self.assertNotEqual(swapped.returncode, 0)
        self.assertIn(key, swapped.stderr, "which file is wrong")

        self.lab.up("--tls-cert", certificate, "--tls-key", key)
        self.assertEqual(self.health(certificate), 200)
        self.assertNotIn("AWS_CA_BUNDLE", self.variables())


if __name__ == "__main__":
    unittest.main(verbosity=2)
