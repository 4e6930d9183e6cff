terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.31"
    }
  }
}

# Only ElastiCache, IAM and STS are served by the lab. The rest of AWS is asked for nothing: no resource below looks up a VPC,
# a subnet or a security group.
provider "aws" {
  region     = var.region
  access_key = var.access_key
  secret_key = var.secret_key

  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true

  endpoints {
    elasticache = var.endpoint
    iam         = var.endpoint
    sts         = var.endpoint
  }
}
