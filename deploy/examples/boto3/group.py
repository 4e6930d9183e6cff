#!/usr/bin/env python3
"""A replication group with boto3, from its creation to its deletion; a value is written and read on the way.

Nothing here knows that it is not AWS but for the endpoint's URL. Debian's boto3 is older than AWS_ENDPOINT_URL: it is read here.
"""
import argparse
import os
import socket

import boto3

try:
    from redis import Redis
except ImportError:  # a plain socket does as well
    Redis = None


def command(address, port, *words):
    """One command of redis, without its client: the reply's first line, or the value."""
    request = "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
    with socket.create_connection((address, port), timeout=5) as sock, sock.makefile("rb") as reply:
        sock.sendall(f"*{len(words)}\r\n{request}".encode())
        line = reply.readline().decode().rstrip()
        if line.startswith("-"):
            raise RuntimeError(line[1:])
        return reply.read(int(line[1:]) + 2)[:-2].decode() if line.startswith("$") else line[1:]


def write_and_read(address, port, key, value):
    if Redis is not None:
        with Redis(address, port, decode_responses=True) as client:
            client.set(key, value)
            return client.get(key)
    command(address, port, "SET", key, value)
    return command(address, port, "GET", key)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--id", default="boto3-example", help="of the group (default: %(default)s)")
    name = parser.parse_args().id
    client = boto3.client("elasticache", endpoint_url=os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
                          region_name=os.environ.get("AWS_REGION", "us-east-1"),
                          aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "test"),
                          aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
                          aws_session_token=os.environ.get("AWS_SESSION_TOKEN"))
    group = client.create_replication_group(
        ReplicationGroupId=name, ReplicationGroupDescription="made with boto3", Engine="redis", CacheNodeType="cache.t3.micro",
        NumCacheClusters=2, AutomaticFailoverEnabled=True, MultiAZEnabled=True)["ReplicationGroup"]
    try:
        # The waiter looks every 15 s by default; here a group is there in the blink of an eye.
        quick = {"Delay": 1, "MaxAttempts": 60}
        client.get_waiter("replication_group_available").wait(ReplicationGroupId=name, WaiterConfig=quick)
        for page in client.get_paginator("describe_replication_groups").paginate():
            for found in page["ReplicationGroups"]:
                print(f"{found['ReplicationGroupId']}: {found['Status']}, members {', '.join(found['MemberClusters'])}")

        group = client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
        primary = group["NodeGroups"][0]["PrimaryEndpoint"]
        value = write_and_read(primary["Address"], primary["Port"], "greeting", "hello from boto3")
        print(f"{primary['Address']}:{primary['Port']} greeting = {value}")

        client.add_tags_to_resource(ResourceName=group["ARN"], Tags=[{"Key": "made-by", "Value": "boto3"}])
        tags = client.list_tags_for_resource(ResourceName=group["ARN"])["TagList"]
        print("tags:", ", ".join(f"{tag['Key']}={tag['Value']}" for tag in tags))
    finally:
        client.get_waiter("replication_group_available").wait(ReplicationGroupId=name, WaiterConfig={"Delay": 1})
        client.delete_replication_group(ReplicationGroupId=name)
        client.get_waiter("replication_group_deleted").wait(ReplicationGroupId=name, WaiterConfig={"Delay": 1})
    print(f"{name}: deleted")


if __name__ == "__main__":
    main()
