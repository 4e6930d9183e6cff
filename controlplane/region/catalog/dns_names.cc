// DNS names of endpoints, there and back:
//
//   <cluster>.<token>.<node id>.<region>.cache.amazonaws.com     a node
//   <group>.<token>.ng.0001.<region>.…                           primary; <group>-ro: reader
//   <group>.<token>.clustercfg.<region>.…                        configuration, cluster mode enabled
//   <cluster>.<token>.cfg.<region>.…                             configuration, memcached
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "controlplane/region/catalog/naming.h"

namespace elastilab {
namespace {

// Codes that do not follow from the name of the Region.
std::string_view IrregularShortCode(std::string_view region) {
  if (region == "ap-northeast-2") return "apn2";
  if (region == "cn-northwest-1") return "cnw1";
  return {};
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// "n" for "north", "ne" for "northeast", "c" for "central", "g" for "gov".
std::string Initials(std::string_view word) {
  for (std::string_view first : {"north", "south", "east", "west", "central"}) {
    if (word.starts_with(first) && word.size() > first.size()) {
      return fmt::format("{}{}", word[0], word[first.size()]);
    }
  }
  return std::string(word.substr(0, 1));
}

bool IsNodeId(std::string_view text) {
  return text.size() == 4 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::string RegionShortCode(std::string_view region) {
  if (const auto code = IrregularShortCode(region); !code.empty()) return std::string(code);
  const auto parts = Split(region, '-');
  std::string code(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    code += last ? std::string(parts[i]) : Initials(parts[i]);
  }
  return code;
}

std::string DnsDomain(const Location& where) {
  return fmt::format("{}.cache.amazonaws.com{}", RegionShortCode(where.region),
                     where.region.starts_with("cn-") ? ".cn" : "");
}

std::string NodeDnsName(const Location& where, std::string_view cluster_id, std::string_view node_id) {
  return fmt::format("{}.{}.{}.{}", cluster_id, where.dns_token, node_id, DnsDomain(where));
}

std::string PrimaryDnsName(const Location& where, std::string_view group_id) {
  return fmt::format("{}.{}.ng.0001.{}", group_id, where.dns_token, DnsDomain(where));
}

std::string ReaderDnsName(const Location& where, std::string_view group_id) {
  return fmt::format("{}-ro.{}.ng.0001.{}", group_id, where.dns_token, DnsDomain(where));
}

std::string ConfigurationDnsName(const Location& where, std::string_view group_id) {
  return fmt::format("{}.{}.clustercfg.{}", group_id, where.dns_token, DnsDomain(where));
}

std::string MemcachedConfigurationDnsName(const Location& where, std::string_view cluster_id) {
  return fmt::format("{}.{}.cfg.{}", cluster_id, where.dns_token, DnsDomain(where));
}

std::optional<ParsedDnsName> ParseDnsName(const Location& where, std::string_view name) {
  const std::string domain = "." + DnsDomain(where);
  if (!name.ends_with(domain)) return std::nullopt;
  name.remove_suffix(domain.size());
  const auto labels = Split(name, '.');
  if (labels.size() < 3 || labels[0].empty() || labels[1] != where.dns_token) return std::nullopt;
  const std::string id(labels[0]);
  if (labels.size() == 4) {
    if (labels[2] != "ng" || labels[3] != "0001") return std::nullopt;
    return ParsedDnsName{DnsNameKind::kPrimary, id, ""};
  }
  if (labels.size() != 3) return std::nullopt;
  if (labels[2] == "clustercfg") return ParsedDnsName{DnsNameKind::kConfiguration, id, ""};
  if (labels[2] == "cfg") return ParsedDnsName{DnsNameKind::kMemcachedConfiguration, id, ""};
  if (IsNodeId(labels[2])) return ParsedDnsName{DnsNameKind::kNode, id, std::string(labels[2])};
  return std::nullopt;
}

}  // namespace elastilab
