# Names and rules are written as the service shows them (ids in lower case, access strings in the engine's order): what is read
# back is what is written here, so that a plan after an apply is empty.

resource "aws_elasticache_subnet_group" "example" {
  name        = "example-subnets"
  description = "Two zones of the lab"
  subnet_ids  = var.subnet_ids
  tags        = var.tags
}

resource "aws_elasticache_parameter_group" "example" {
  name        = "example-redis7"
  family      = "redis7"
  description = "An LRU cache"
  tags        = var.tags

  parameter {
    name  = "maxmemory-policy"
    value = "allkeys-lru"
  }

  parameter {
    name  = "notify-keyspace-events"
    value = "Ex"
  }
}

# A primary, a replica in another zone, and a failover between them.
resource "aws_elasticache_replication_group" "example" {
  replication_group_id       = "example-group"
  description                = "A primary and its replicas"
  engine                     = "redis"
  engine_version             = "7.0"
  node_type                  = var.node_type
  num_cache_clusters         = var.num_cache_clusters
  automatic_failover_enabled = true
  multi_az_enabled           = true
  port                       = 6379
  maintenance_window         = "sun:05:00-sun:06:00"
  parameter_group_name       = aws_elasticache_parameter_group.example.name
  subnet_group_name          = aws_elasticache_subnet_group.example.name
  apply_immediately          = true
  tags                       = var.tags
}

# One redis node without a replica.
resource "aws_elasticache_cluster" "sessions" {
  cluster_id           = "example-sessions"
  engine               = "redis"
  engine_version       = "7.0"
  node_type            = var.node_type
  num_cache_nodes      = 1
  parameter_group_name = aws_elasticache_parameter_group.example.name
  subnet_group_name    = aws_elasticache_subnet_group.example.name
  apply_immediately    = true
  tags                 = var.tags
}

# Two memcached nodes in two zones, found through the configuration endpoint.
resource "aws_elasticache_cluster" "pages" {
  cluster_id                   = "example-pages"
  engine                       = "memcached"
  engine_version               = "1.6.17"
  node_type                    = "cache.t3.micro"
  num_cache_nodes              = 2
  az_mode                      = "cross-az"
  preferred_availability_zones = ["us-east-1a", "us-east-1b"]
  parameter_group_name         = "default.memcached1.6"
  subnet_group_name            = aws_elasticache_subnet_group.example.name
  apply_immediately            = true
  tags                         = var.tags
}

# Every user group has a user whose name is "default"; this one may do nothing.
resource "aws_elasticache_user" "default" {
  user_id              = "example-default"
  user_name            = "default"
  engine               = "redis"
  access_string        = "off ~* -@all"
  no_password_required = true
  tags                 = var.tags
}

resource "aws_elasticache_user" "app" {
  user_id       = "example-app"
  user_name     = "app"
  engine        = "redis"
  access_string = "on ~app:* -@all +@read +@write"
  passwords     = [var.app_password]
  tags          = var.tags
}

# The lab keeps user groups; a replication group cannot have one in this version.
resource "aws_elasticache_user_group" "example" {
  user_group_id = "example-users"
  engine        = "redis"
  user_ids      = [aws_elasticache_user.default.user_id, aws_elasticache_user.app.user_id]
  tags          = var.tags
}
