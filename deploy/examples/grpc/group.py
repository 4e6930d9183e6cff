#!/usr/bin/env python3
"""The same story over gRPC: the API's 75 operations are services in proto/elasticache/v1, and these stubs are made from them.

    group.py                                          TCP, as the user of ELASTILAB_ACCESS_KEY_ID and ELASTILAB_SECRET_ACCESS_KEY
    group.py --address unix:<data dir>/run/control.sock     the owner's own socket: root without a key
"""
import argparse
import base64
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

import grpc

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))


def stubs():
    """Modules for a message file and its service, made by protoc from the repository's proto files."""
    plugin = shutil.which("grpc_python_plugin")
    if not plugin or not shutil.which("protoc"):
        sys.exit("protoc and grpc_python_plugin are needed: apt-get install protobuf-compiler protobuf-compiler-grpc")
    with tempfile.TemporaryDirectory() as made:
        subprocess.run(["protoc", f"-I{ROOT}", f"--python_out={made}", f"--grpc_python_out={made}",
                        f"--plugin=protoc-gen-grpc_python={plugin}", *glob.glob(f"{ROOT}/proto/elasticache/v1/*.proto")], check=True)
        sys.path.insert(0, made)
        sys.dont_write_bytecode = True
        from proto.elasticache.v1 import replication_groups_pb2, replication_groups_pb2_grpc, tags_pb2, tags_pb2_grpc
        return replication_groups_pb2, replication_groups_pb2_grpc, tags_pb2, tags_pb2_grpc


def credentials(address):
    """Call metadata. Over TCP each call says who it is; a temporary key brings its session token."""
    key, secret = os.environ.get("ELASTILAB_ACCESS_KEY_ID"), os.environ.get("ELASTILAB_SECRET_ACCESS_KEY")
    if address.startswith("unix:") and not key:
        return ()
    basic = base64.b64encode(f"{key or 'test'}:{secret or 'test'}".encode()).decode()
    token = os.environ.get("ELASTILAB_SESSION_TOKEN")
    return (("authorization", f"Basic {basic}"), *((("x-amz-security-token", token),) if token else ()))


def fault_of(error):
    """The service's own code, as in its HTTP replies: "ReplicationGroupNotFoundFault"."""
    return dict(error.trailing_metadata()).get("x-fault-code", error.code().name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default="127.0.0.1:4567", help="(default: %(default)s)")
    parser.add_argument("--id", default="grpc-example", help="of the group (default: %(default)s)")
    arguments = parser.parse_args()
    groups, groups_rpc, tags, tags_rpc = stubs()
    name, who = arguments.id, credentials(arguments.address)
    with grpc.insecure_channel(arguments.address) as channel:
        service, tagging = groups_rpc.ReplicationGroupsStub(channel), tags_rpc.TagsStub(channel)

        def describe():
            request = groups.DescribeReplicationGroupsRequest(replication_group_id=name)
            return service.DescribeReplicationGroups(request, metadata=who).replication_groups[0]

        made = service.CreateReplicationGroup(groups.CreateReplicationGroupRequest(
            replication_group_id=name, replication_group_description="made over gRPC", engine="redis",
            cache_node_type="cache.t3.micro", num_cache_clusters=2, automatic_failover_enabled=True,
            tags=[tags.Tag(key="made-by", value="grpc")]), metadata=who).replication_group
        print(f"{name}: {made.status}")
        while describe().status != "available":
            time.sleep(0.05)
        group = describe()
        primary = group.node_groups[0].primary_endpoint
        print(f"{name}: {group.status}, primary at {primary.address}:{primary.port}")
        reply = tagging.ListTagsForResource(tags.ListTagsForResourceRequest(resource_name=group.arn), metadata=who)
        print("tags:", ", ".join(f"{tag.key}={tag.value}" for tag in reply.tag_list))

        service.DeleteReplicationGroup(groups.DeleteReplicationGroupRequest(replication_group_id=name), metadata=who)
        try:
            while True:
                describe()
                time.sleep(0.05)
        except grpc.RpcError as error:
            if fault_of(error) != "ReplicationGroupNotFoundFault":
                raise
            print(f"{name}: deleted ({fault_of(error)})")


if __name__ == "__main__":
    main()
