// Names that the service gives: ARNs, DNS names of endpoints, ids of members. Pure, thread-safe.
// Facts in shared/reference/endpoints-arns.md.
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

// "use1" for us-east-1. Regions that AWS may yet open follow the same rule: "xx-centralnorth-2" gives "xxcn2".
std::string RegionShortCode(std::string_view region);

// `type` is the ARN's: "cluster", "replicationgroup", "subnetgroup", "parametergroup", "snapshot", "user", …
std::string Arn(const Location& where, std::string_view type, std::string_view name);
struct ParsedArn {
  std::string region, account, type, name;
};
// Empty when it is no ElastiCache ARN, or of a type that the service does not have.
std::optional<ParsedArn> ParseArn(std::string_view arn);

// "<rg>-001" (cluster mode disabled), "<rg>-0001-001" (enabled).
std::string MemberClusterId(std::string_view group_id, std::string_view node_group_id, bool cluster_enabled,
                            int number);
// "0001"
std::string FourDigits(int number);

// DNS names, as the service forms them for caches without TLS; lower case.
std::string NodeDnsName(const Location& where, std::string_view cluster_id, std::string_view node_id);
std::string PrimaryDnsName(const Location& where, std::string_view group_id);
std::string ReaderDnsName(const Location& where, std::string_view group_id);
std::string ConfigurationDnsName(const Location& where, std::string_view group_id);           // cluster mode enabled
std::string MemcachedConfigurationDnsName(const Location& where, std::string_view cluster_id);
// What all of them end in: "use1.cache.amazonaws.com".
std::string DnsDomain(const Location& where);

// The way back. A name alone can't tell the primary of a group "a-ro" from the reader of "a": both parse as kPrimary of
// "a-ro", and whoever knows the groups decides.
enum class DnsNameKind { kNode, kPrimary, kConfiguration, kMemcachedConfiguration };
struct ParsedDnsName {
  DnsNameKind kind = DnsNameKind::kNode;
  std::string id;       // of the cluster or group
  std::string node_id;  // "0001", kNode only
  bool operator==(const ParsedDnsName&) const = default;
};
// `name` in lower case, without a final dot. Empty when it is not one of ours.
std::optional<ParsedDnsName> ParseDnsName(const Location& where, std::string_view name);

}  // namespace elastilab
