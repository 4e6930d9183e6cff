#include "controlplane/iam/aws_policies.h"

#include <chrono>

namespace elastilab {
namespace {

constexpr const char* kAdministrator = R"({
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
})";

constexpr const char* kElastiCacheFull = R"({
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "ElastiCacheManagementActions", "Effect": "Allow", "Action": ["elasticache:*"], "Resource": "*"},
    {"Sid": "CreateServiceLinkedRole", "Effect": "Allow", "Action": ["iam:CreateServiceLinkedRole"],
     "Resource": "arn:aws:iam::*:role/aws-service-role/elasticache.amazonaws.com/AWSServiceRoleForElastiCache",
     "Condition": {"StringLike": {"iam:AWSServiceName": "elasticache.amazonaws.com"}}},
    {"Sid": "AllowAccessToEc2", "Effect": "Allow", "Action": ["ec2:DescribeVpcs", "ec2:DescribeSubnets"], "Resource": ["*"]},
    {"Sid": "AllowCloudWatchLogs", "Effect": "Allow", "Action": ["logs:DescribeLogGroups"], "Resource": ["*"]},
    {"Sid": "DescribeKmsKeys", "Effect": "Allow", "Action": ["kms:DescribeKey", "kms:ListAliases"], "Resource": ["*"]}
  ]
})";

constexpr const char* kElastiCacheReadOnly = R"({
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": ["elasticache:Describe*"], "Resource": "*"}]
})";

constexpr const char* kIamFull = R"({
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": ["iam:*"], "Resource": "*"}]
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

ManagedPolicy Make(const char* name, const char* id, const char* document, const char* description) {
  ManagedPolicy policy;
  policy.name = name;
  policy.id = id;
  policy.description = description;
  policy.created_at = policy.updated_at = std::chrono::sys_days(std::chrono::year(2015) / 2 / 6);
  policy.versions = {{1, document, policy.created_at}};
  return policy;
}

}  // namespace

const std::vector<ManagedPolicy>& AwsManagedPolicies() {
  static const auto& policies = *new std::vector<ManagedPolicy>{
      Make("AdministratorAccess", "ANPAIWMBCKSKIEE64ZLYK", kAdministrator, "Everything."),
      Make("AmazonElastiCacheFullAccess", "ANPAIA2V44CPHAUAAECKG", kElastiCacheFull, "Everything in ElastiCache."),
      Make("AmazonElastiCacheReadOnlyAccess", "ANPAIPDACSNQHSENWAKM2", kElastiCacheReadOnly, "Looking at ElastiCache."),
      Make("IAMFullAccess", "ANPAI7XKCFMBPM3QQRRVQ", kIamFull, "Everything in IAM."),
      Make("IAMReadOnlyAccess", "ANPAJKSO7NDY4T57MWDSQ", kIamReadOnly, "Looking at IAM."),
      Make("ReadOnlyAccess", "ANPAILL3HVNFSB6DCOWYQ", kReadOnly, "Looking at everything that this lab serves."),
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
