#include "controlplane/identity/directory/aws_policies.h"

#include <algorithm>
#include <chrono>

namespace elastilab {
namespace {

constexpr const char* kAdministrator = R"({
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
})";

constexpr const char* kElastiCacheFull = R"({
  "Version" : "2012-10-17",
  "Statement" : [
    { "Sid" : "ElastiCacheManagementActions", "Effect" : "Allow", "Action" : "elasticache:*", "Resource" : "*" },
    {
      "Sid" : "CreateServiceLinkedRole",
      "Effect" : "Allow",
      "Action" : "iam:CreateServiceLinkedRole",
      "Resource" : "arn:aws:iam::*:role/aws-service-role/elasticache.amazonaws.com/AWSServiceRoleForElastiCache",
      "Condition" : { "StringLike" : { "iam:AWSServiceName" : "elasticache.amazonaws.com" } }
    },
    {
      "Sid" : "CreateVPCEndpoints",
      "Effect" : "Allow",
      "Action" : "ec2:CreateVpcEndpoint",
      "Resource" : "arn:aws:ec2:*:*:vpc-endpoint/*",
      "Condition" : { "StringLike" : { "ec2:VpceServiceName" : "com.amazonaws.elasticache.serverless.*" } }
    },
    {
      "Sid" : "AllowAccessToElastiCacheTaggedVpcEndpoints",
      "Effect" : "Allow",
      "Action" : [ "ec2:CreateVpcEndpoint" ],
      "NotResource" : "arn:aws:ec2:*:*:vpc-endpoint/*"
    },
    {
      "Sid" : "TagVPCEndpointsOnCreation",
      "Effect" : "Allow",
      "Action" : [ "ec2:CreateTags" ],
      "Resource" : "arn:aws:ec2:*:*:vpc-endpoint/*",
      "Condition" : {
        "StringEquals" : {
          "ec2:CreateAction" : "CreateVpcEndpoint",
          "aws:RequestTag/AmazonElastiCacheManaged" : "true"
        }
      }
    },
    {
      "Sid" : "AllowAccessToEc2",
      "Effect" : "Allow",
      "Action" : [ "ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups" ],
      "Resource" : "*"
    },
    {
      "Sid" : "AllowAccessToKMS",
      "Effect" : "Allow",
      "Action" : [ "kms:DescribeKey", "kms:ListAliases", "kms:ListKeys" ],
      "Resource" : "*"
    },
    {
      "Sid" : "AllowAccessToCloudWatch",
      "Effect" : "Allow",
      "Action" : [ "cloudwatch:GetMetricStatistics", "cloudwatch:GetMetricData" ],
      "Resource" : "*"
    },
    {
      "Sid" : "AllowAccessToAutoScaling",
      "Effect" : "Allow",
      "Action" : [
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScheduledActions",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScalingActivities"
      ],
      "Resource" : "*"
    },
    { "Sid" : "DescribeLogGroups", "Effect" : "Allow", "Action" : [ "logs:DescribeLogGroups" ], "Resource" : "*" },
    { "Sid" : "ListLogDeliveryStreams", "Effect" : "Allow", "Action" : [ "firehose:ListDeliveryStreams" ], "Resource" : "*" },
    { "Sid" : "DescribeS3Buckets", "Effect" : "Allow", "Action" : [ "s3:ListAllMyBuckets" ], "Resource" : "*" },
    { "Sid" : "AllowAccessToOutposts", "Effect" : "Allow", "Action" : [ "outposts:ListOutposts" ], "Resource" : "*" },
    { "Sid" : "AllowAccessToSNS", "Effect" : "Allow", "Action" : [ "sns:ListTopics" ], "Resource" : "*" }
  ]
})";

constexpr const char* kElastiCacheReadOnly = R"({
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": ["elasticache:Describe*"], "Resource": "*"}]
})";

constexpr const char* kIamFull = R"({
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": ["iam:*", "organizations:DescribeAccount", "organizations:DescribeOrganization",
                 "organizations:DescribeOrganizationalUnit", "organizations:DescribePolicy", "organizations:ListChildren",
                 "organizations:ListParents", "organizations:ListPoliciesForTarget", "organizations:ListRoots",
                 "organizations:ListPolicies", "organizations:ListTargetsForPolicy"], "Resource": "*"}]
})";

constexpr const char* kIamReadOnly = R"({
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": ["iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails",
                 "iam:Get*", "iam:List*", "iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy"], "Resource": "*"}]
})";

constexpr const char* kReadOnly = R"({
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": ["elasticache:Describe*", "elasticache:List*", "iam:Get*", "iam:List*",
                 "sts:GetCallerIdentity", "sts:GetAccessKeyInfo"], "Resource": "*"}]
})";

using std::chrono::sys_days;
using namespace std::chrono_literals;

constexpr ServiceTime kFirst = sys_days(2015y / 2 / 6) + 18h + 40min;

// `version` is the number of the one version that there still is, and `edited` its time.
ManagedPolicy Make(const char* name, const char* id, const char* document, const char* description, int version = 1,
                   ServiceTime edited = kFirst) {
  ManagedPolicy policy;
  policy.name = name;
  policy.id = id;
  policy.description = description;
  policy.created_at = std::min(kFirst, edited);
  policy.updated_at = edited;
  policy.versions = {{version, document, edited}};
  policy.default_version = policy.last_version = version;
  return policy;
}

}  // namespace

const std::vector<ManagedPolicy>& AwsManagedPolicies() {
  static const auto& policies = *new std::vector<ManagedPolicy>{
      Make("AdministratorAccess", "ANPAIWMBCKSKIEE64ZLYK", kAdministrator, "Provides full access to AWS services and resources.",
           1, kFirst - 1min),
      Make("AmazonElastiCacheFullAccess", "ANPAIA2V44CPHAUAAECKG", kElastiCacheFull,
           "Provides full access to Amazon ElastiCache via the AWS Management Console.", 3,
           sys_days(2023y / 11 / 28) + 3h + 49min),
      Make("AmazonElastiCacheReadOnlyAccess", "ANPAIPDACSNQHSENWAKM2", kElastiCacheReadOnly,
           "Provides read only access to Amazon ElastiCache via the AWS Management Console."),
      Make("IAMFullAccess", "ANPAI7XKCFMBPM3QQRRVQ", kIamFull, "Provides full access to IAM via the AWS Management Console.", 2,
           sys_days(2019y / 6 / 21) + 19h + 40min),
      Make("IAMReadOnlyAccess", "ANPAJKSO7NDY4T57MWDSQ", kIamReadOnly,
           "Provides read only access to IAM via the AWS Management Console.", 4, sys_days(2018y / 1 / 25) + 19h + 11min),
      // AWS's has hundreds of services; this is what it says of those that are here.
      Make("ReadOnlyAccess", "ANPAILL3HVNFSB6DCOWYQ", kReadOnly, "Provides read-only access to AWS services and resources."),
  };
  return policies;
}

const ManagedPolicy* FindAwsManagedPolicy(std::string_view name) {
  for (const ManagedPolicy& policy : AwsManagedPolicies()) {
    if (policy.name == name) return &policy;
  }
  return nullptr;
}

}  // namespace elastilab
