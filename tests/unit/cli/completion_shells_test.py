"""bash, zsh and fish complete command lines with our scripts. Usage: completion_shells_test.py ELASTILAB"""
import os
import shlex
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))
ENVIRONMENT = dict(os.environ, PATH=os.path.dirname(PROGRAM) + ":" + os.environ["PATH"], LC_ALL="C.UTF-8",
                   ELASTILAB_DATA_DIR="/nonexistent/elastilab", HOME="/nonexistent")


def run(*command):
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=30, cwd="/",
                          stdin=subprocess.DEVNULL)


class Shells(unittest.TestCase):
    def setUp(self):
        self.scripts = {}
        for shell in ("bash", "zsh", "fish"):
            with tempfile.NamedTemporaryFile("w", suffix="." + shell, delete=False) as out:
                out.write(run("elastilab", "completion", shell).stdout)
            self.scripts[shell] = out.name
            self.addCleanup(os.unlink, out.name)

    def bash(self, *words):
        """What bash would offer for the last word; it has been taken apart by the caller."""
        script = (f"source {self.scripts['bash']}; COMP_WORDS=(elastilab {shlex.join(words)}); COMP_CWORD={len(words)}; "
                  "_elastilab elastilab; printf '%s\\n' \"${COMPREPLY[@]}\"")
        return self.lines(run("bash", "--norc", "-c", script))

    def zsh(self, *words):
        """The same of zsh; of its completion system only the function that shows a menu is replaced."""
        script = ("compdef() { }; _files() { print FILES }; _describe() { print -rl -- \"${(P@)2}\" }; "
                  f"source {self.scripts['zsh']}; words=(elastilab {shlex.join(words)}); CURRENT={len(words) + 1}; "
                  f"PREFIX={shlex.quote(words[-1])}; _elastilab")
        return [line.split(":")[0] for line in self.lines(run("zsh", "-f", "-c", script))]

    def fish(self, *words):
        line = shlex.quote(shlex.join(["elastilab", *words[:-1]]) + " " + words[-1])
        result = run("fish", "--no-config", "-c", f"source {self.scripts['fish']}; complete -C {line}")
        return [line.split("\t")[0] for line in self.lines(result)]

    def lines(self, result):
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return [line for line in result.stdout.splitlines() if line]

    def each(self, *words):
        """All three offer the same."""
        offered = self.bash(*words)
        self.assertEqual(self.zsh(*words), offered)
        self.assertEqual(sorted(self.fish(*words)), sorted(offered))
        return offered

    def test_commands_services_and_operations(self):
        self.assertEqual(self.each("elastic"), ["elasticache"])
        self.assertEqual(self.each("iam", "add-u"), ["add-user", "add-user-to-group"])
        self.assertEqual(self.each("iam", "expl"), ["explain"])
        self.assertEqual(self.each("sts", "assume-r"), ["assume-role"])
        self.assertEqual(self.each("elasticache", "create-replication"), ["create-replication-group"])
        self.assertEqual(self.each("no-such-command", ""), [])

    def test_flags_and_values(self):
        self.assertEqual(self.each("iam", "create-user", "--perm"), ["--permissions-boundary"])
        self.assertEqual(self.each("elasticache", "describe-events", "--start"), ["--start-time", "--starting-token"])
        self.assertEqual(self.each("iam", "explain", "--s"), ["--source-ip"])
        self.assertEqual(self.each("describe-events", "--output", "yaml"), ["yaml", "yaml-stream"])
        self.assertEqual(self.each("--query", "a b", "describe-events", "--source-ty"), ["--source-type"])

    def test_joined_by_an_equals_sign(self):
        self.assertEqual(self.bash("describe-events", "--output", "=", "js"), ["json"])
        self.assertEqual(self.bash("describe-events", "--output", "="), ["table", "json", "yaml", "yaml-stream", "text"])
        self.assertEqual(self.zsh("describe-events", "--output=js"), ["--output=json"])
        self.assertEqual(self.fish("describe-events", "--output=js"), ["--output=json"])

    def test_files(self):
        self.assertEqual(self.bash("--data-dir", "/et"), ["/etc"])
        self.assertEqual(self.bash("--data-dir", "=", "/et"), ["/etc"])
        self.assertEqual(self.zsh("--data-dir", "/et"), ["FILES"])
        self.assertIn("/etc/", self.fish("--data-dir", "/et"))


if __name__ == "__main__":
    unittest.main()
