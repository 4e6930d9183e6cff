// Names that the service gives: ARNs, DNS names of endpoints, ids of members. Pure, thread-safe.
// Documented in shared/reference/endpoints-arns.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace elastilab {

// Where a lab pretends to be.
struct Location {
  std::string region = "us-east-1";
  std::string account = "000000000000";
  std::string dns_token = "abc123";  // the <h> of every name
};

// "use1" for us-east-1; unknown Regions get initials and digits.
std::string RegionShortCode(std::string_view region);

// `type` is the ARN's: "cluster", "replicationgroup", "subnetgroup", "parametergroup", "snapshot", "user", …
std::string Arn(const Location& where, std::string_view type, std::string_view name);
struct ParsedArn {
  std::string region, account, type, name;
};
// Empty when it is no ElastiCache ARN.
std::optional<ParsedArn> ParseArn(std::string_view arn);

// "<rg>-001" (cluster mode disabled), "<rg>-0001-001" (enabled).
std::string MemberClusterId(std::string_view group_id, std::string_view node_group_id, bool cluster_enabled, int number);
// "0001"
std::string FourDigits(int number);

// DNS names, without TLS unless `tls`.
std::string NodeDnsName(const Location& where, std::string_view cluster_id, std::string_view node_id);
std::string PrimaryDnsName(const Location& where, std::string_view group_id);
std::string ReaderDnsName(const Location& where, std::string_view group_id);
std::string ConfigurationDnsName(const Location& where, std::string_view group_id);           // cluster mode enabled
std::string MemcachedConfigurationDnsName(const Location& where, std::string_view cluster_id);

}  // namespace elastilab
