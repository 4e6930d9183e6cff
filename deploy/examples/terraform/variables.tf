variable "endpoint" {
  description = "The lab's HTTP address; `elastilab env` prints it."
  type        = string
  default     = "http://127.0.0.1:4566"
}

variable "region" {
  type    = string
  default = "us-east-1"
}

variable "access_key" {
  description = "A key of the lab; `test` is its root. `elastilab iam add-user` makes others."
  type        = string
  default     = "test"
}

variable "secret_key" {
  type      = string
  sensitive = true
  default   = "test"
}

variable "subnet_ids" {
  description = "The lab's own subnets, one in each of its first two zones. Other ids that begin with subnet- are taken too."
  type        = list(string)
  default     = ["subnet-0a000001", "subnet-0a000002"]
}

variable "node_type" {
  type    = string
  default = "cache.t3.micro"
}

variable "num_cache_clusters" {
  description = "One primary, the others its replicas."
  type        = number
  default     = 2
}

variable "app_password" {
  type      = string
  sensitive = true
  default   = "only-for-a-lab-on-loopback"
}

variable "tags" {
  type    = map(string)
  default = { Project = "elastilab-example", Environment = "lab" }
}
