output "primary" {
  value = "${aws_elasticache_replication_group.example.primary_endpoint_address}:${aws_elasticache_replication_group.example.port}"
}

output "reader" {
  value = "${aws_elasticache_replication_group.example.reader_endpoint_address}:${aws_elasticache_replication_group.example.port}"
}

output "sessions" {
  value = "${aws_elasticache_cluster.sessions.cache_nodes[0].address}:${aws_elasticache_cluster.sessions.cache_nodes[0].port}"
}

output "pages" {
  value = aws_elasticache_cluster.pages.configuration_endpoint
}
