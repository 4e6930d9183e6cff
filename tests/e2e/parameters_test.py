"""Parameter groups: what they say is what the engines do, from the start, while they run, or after a reboot."""
import unittest

from lab import LabTest, Redis, eventually, memcached, redis


def info(address, field):
    with Redis(address) as client:
        return next(line.split(":", 1)[1] for line in client("INFO", "memory").split("\r\n") if line.startswith(field + ":"))


def settings(address):
    lines = memcached(address, b"stats settings\r\n").decode().split("\r\n")
    return dict(line.split(" ", 2)[1:] for line in lines if line.startswith("STAT "))


class ParametersTest(LabTest):
    def group(self, name, family, parameters):
        self.lab.run("create-cache-parameter-group", "--cache-parameter-group-name", name,
                     "--cache-parameter-group-family", family, "--description", "for a test")
        self.modify(name, parameters)

    def modify(self, name, parameters):
        values = [f"ParameterName={key},ParameterValue={value}" for key, value in parameters.items()]
        self.lab.run("modify-cache-parameter-group", "--cache-parameter-group-name", name, "--parameter-name-values", *values)

    def apply_status(self, cluster):
        return self.lab.cluster(cluster)["CacheParameterGroup"]

    def in_sync(self, cluster):
        eventually(lambda: self.apply_status(cluster)["ParameterApplyStatus"] == "in-sync", what=f"{cluster} in sync")

    def test_a_policy_holds_from_the_start_and_changes_while_the_engine_runs(self):
        self.group("lru", "redis7", {"maxmemory-policy": "allkeys-lru", "notify-keyspace-events": "KEA"})
        self.create("hot", "--engine", "redis", "--replicas", "1", "--node-type", "cache.t4g.micro",
                    "--parameter-group", "lru")
        nodes = self.lab.nodes("hot")
        for node in nodes.values():
            self.assertEqual(info(node["Address"], "maxmemory_policy"), "allkeys-lru")
        endpoint = self.lab.endpoint("hot")
        redis(endpoint, "SET", "k", "v")
        listener = Redis(endpoint)
        listener("SUBSCRIBE", "__keyevent@0__:set")
        redis(endpoint, "SET", "k", "w")
        self.assertEqual(listener.read()[2], "k", "the events asked for")

        self.modify("lru", {"maxmemory-policy": "volatile-ttl", "reserved-memory-percent": 50})
        for name, node in nodes.items():
            eventually(lambda a=node["Address"]: info(a, "maxmemory_policy") == "volatile-ttl", what=f"{name} follows")
            eventually(lambda a=node["Address"]: int(info(a, "maxmemory")) == 536870912 // 2, what=f"{name} gives memory up")
            self.in_sync(name)
        self.assertEqual({name: node["Pid"] for name, node in self.lab.nodes("hot").items()},
                         {name: node["Pid"] for name, node in nodes.items()}, "no process was restarted")
        self.assertEqual(redis(endpoint, "GET", "k"), "w")
        redis(endpoint, "SET", "k", "x")
        self.assertEqual(listener.read()[2], "k", "nor was a client disconnected")
        listener.close()

        self.lab.run("reset-cache-parameter-group", "--cache-parameter-group-name", "lru", "--reset-all-parameters")
        eventually(lambda: info(endpoint, "maxmemory_policy") == "volatile-lru", what="the default is back")
        eventually(lambda: int(info(endpoint, "maxmemory")) == 536870912 * 3 // 4, what="the default memory is back")
        with Redis(endpoint, timeout=0.2) as silent:
            silent("SUBSCRIBE", "__keyevent@0__:set")
            redis(endpoint, "SET", "k", "y")
            self.assertRaises(TimeoutError, silent.read)
        self.assertIn("Updated parameter maxmemory-policy to allkeys-lru",
                      self.lab.events(source_type="cache-parameter-group", source_identifier="lru"))

    def test_another_group_for_a_running_cache(self):
        self.group("slow", "redis7", {"maxmemory-policy": "noeviction"})
        self.create("moves", "--engine", "redis", "--replicas", "1")
        endpoint = self.lab.endpoint("moves")
        redis(endpoint, "SET", "k", "v")
        self.lab.run("modify-replication-group", "--replication-group-id", "moves", "--cache-parameter-group-name", "slow")
        for member in ("moves-001", "moves-002"):
            self.in_sync(member)
            self.assertEqual(self.apply_status(member)["CacheParameterGroupName"], "slow")
            self.assertEqual(info(self.lab.nodes("moves")[member]["Address"], "maxmemory_policy"), "noeviction")
        self.assertEqual(redis(endpoint, "GET", "k"), "v")
        self.assertRefused("InvalidCacheParameterGroupState", "delete-cache-parameter-group", "--cache-parameter-group-name", "slow")
        eventually(lambda: self.lab.group("moves")["Status"] == "available", what="moves available")
        self.lab.run("delete-cluster", "moves")
        eventually(lambda: self.lab.run("delete-cache-parameter-group", "--cache-parameter-group-name", "slow",
                                        check=False).returncode == 0, what="slow can go")

    def test_databases_wait_for_a_reboot(self):
        self.group("wide", "redis7", {"databases": 32})
        self.lab.run("create-cache-cluster", "--cache-cluster-id", "single", "--engine", "redis", "--num-cache-nodes", "1",
                     "--cache-node-type", "cache.t4g.micro")
        self.addCleanup(self.lab.run, "delete-cache-cluster", "--cache-cluster-id", "single", check=False)
        eventually(lambda: self.lab.cluster("single")["CacheClusterStatus"] == "available", what="single available")
        address = self.lab.cluster("single")["CacheNodes"][0]["Endpoint"]["Address"]
        self.lab.run("modify-cache-cluster", "--cache-cluster-id", "single", "--cache-parameter-group-name", "wide")
        eventually(lambda: self.apply_status("single")["ParameterApplyStatus"] == "pending-reboot", what="it waits")
        self.assertEqual(self.apply_status("single")["CacheNodeIdsToReboot"], ["0001"])
        self.assertRaises(Redis.Error, redis, address, "SELECT", "31")
        self.assertIn("older values of databases", self.lab.run("explain", "single").stdout)
        eventually(lambda: self.lab.cluster("single")["CacheClusterStatus"] == "available", what="single available")
        self.lab.run("reboot-cache-cluster", "--cache-cluster-id", "single", "--cache-node-ids-to-reboot", "0001")
        self.in_sync("single")
        eventually(lambda: redis(address, "SELECT", "31") == "OK", what="more databases")

    def test_memcached_takes_values_when_it_is_rebooted(self):
        self.group("items", "memcached1.6", {"max_item_size": 2097152})
        self.create("pages", "--engine", "memcached", "--nodes", "2", "--parameter-group", "items")
        nodes = self.lab.nodes("pages")
        first, second = (nodes[f"pages/{node}"]["Address"] for node in ("0001", "0002"))
        self.assertEqual(settings(first)["item_size_max"], "2097152")
        self.assertEqual(settings(first)["chunk_size"], "48")
        memcached(first, b"set k 0 0 1\r\nv\r\n", end=b"STORED\r\n")
        self.modify("items", {"chunk_size": 96, "max_item_size": 4194304, "idle_timeout": 60})
        eventually(lambda: self.apply_status("pages")["ParameterApplyStatus"] == "pending-reboot", what="pages waits")
        self.assertEqual(self.apply_status("pages")["CacheNodeIdsToReboot"], ["0001", "0002"])
        self.assertEqual(settings(first)["chunk_size"], "48", "what runs is not touched")
        self.assertIn(b"VALUE k ", memcached(first, b"get k\r\n"))
        self.lab.run("reboot-cache-cluster", "--cache-cluster-id", "pages", "--cache-node-ids-to-reboot", "0001")
        eventually(lambda: settings(first)["chunk_size"] == "96", what="the first node has the new values")
        self.assertEqual(settings(first)["item_size_max"], "4194304")
        self.assertEqual(settings(first)["idle_timeout"], "60")
        eventually(lambda: self.apply_status("pages")["CacheNodeIdsToReboot"] == ["0002"], what="one node is left")
        self.assertEqual(settings(second)["chunk_size"], "48")
        eventually(lambda: self.lab.cluster("pages")["CacheClusterStatus"] == "available", what="pages available")
        self.lab.run("reboot-cache-cluster", "--cache-cluster-id", "pages", "--cache-node-ids-to-reboot", "0002")
        self.in_sync("pages")
        self.assertEqual(settings(second)["chunk_size"], "96")

    def test_a_memcached_node_holds_as_many_items_as_fit(self):
        self.create("full", "--engine", "memcached", "--nodes", "1")
        address = self.lab.nodes("full")["full/0001"]["Address"]
        sets = b"".join(b"set k%d 0 0 100 noreply\r\n%s\r\n" % (i, b"x" * 100) for i in range(5000))
        self.assertIn(b"STAT curr_items 5000\r\n", memcached(address, sets + b"stats\r\n"))

    def test_values_outlive_the_control_plane_and_a_crash(self):
        self.group("kept", "redis7", {"maxmemory-policy": "allkeys-random"})
        self.create("stays", "--engine", "redis", "--replicas", "1", "--multi-az", "--parameter-group", "kept")
        self.lab.run("fault", "kill-node", "stays-001")
        self.lab.settled("stays")
        for node in self.lab.nodes("stays").values():
            self.assertEqual(info(node["Address"], "maxmemory_policy"), "allkeys-random")
        shown = self.lab.json("describe-cache-parameters", "--cache-parameter-group-name", "kept", "--source", "user")
        self.assertEqual([(p["ParameterName"], p["ParameterValue"]) for p in shown["Parameters"]],
                         [("maxmemory-policy", "allkeys-random")])
        self.lab.down()
        self.lab.up()
        self.lab.settled("stays")
        for node in self.lab.nodes("stays").values():
            self.assertEqual(info(node["Address"], "maxmemory_policy"), "allkeys-random")


if __name__ == "__main__":
    unittest.main(verbosity=2)
