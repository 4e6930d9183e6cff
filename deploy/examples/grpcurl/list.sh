#!/bin/sh
# What the lab serves, and its replication groups. The server tells its schema by reflection: no proto file is needed.
# Environment: ELASTILAB_GRPC (default 127.0.0.1:4567), ELASTILAB_ACCESS_KEY_ID and ELASTILAB_SECRET_ACCESS_KEY (default test).
set -eu
address=${ELASTILAB_GRPC:-127.0.0.1:4567}
key=$(printf %s "${ELASTILAB_ACCESS_KEY_ID:-test}:${ELASTILAB_SECRET_ACCESS_KEY:-test}" | base64 | tr -d '\n')

grpcurl -plaintext -H "authorization: Basic $key" "$address" list
grpcurl -plaintext -H "authorization: Basic $key" -d '{"maxRecords": 20}' "$address" \
  elasticache.v1.ReplicationGroups/DescribeReplicationGroups
