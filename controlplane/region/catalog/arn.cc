#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "controlplane/region/catalog/naming.h"

namespace elastilab {
namespace {

constexpr std::string_view kGlobalGroup = "globalreplicationgroup";
constexpr std::array<std::string_view, 12> kTypes = {"cluster",
                                                     "replicationgroup",
                                                     "snapshot",
                                                     "parametergroup",
                                                     "subnetgroup",
                                                     "securitygroup",
                                                     "reserved-instance",
                                                     "user",
                                                     "usergroup",
                                                     "serverlesscache",
                                                     "serverlesscachesnapshot",
                                                     kGlobalGroup};

bool IsPartition(std::string_view text) { return text == "aws" || text == "aws-cn" || text == "aws-us-gov"; }

std::string_view PartitionOf(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

// Takes what is before the next colon off `text`.
std::optional<std::string_view> TakeField(std::string_view& text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view field = text.substr(0, colon);
  text.remove_prefix(colon + 1);
  return field;
}

}  // namespace

std::string Arn(const Location& where, std::string_view type, std::string_view name) {
  // A global replication group is in no Region.
  const std::string_view region = type == kGlobalGroup ? std::string_view() : std::string_view(where.region);
  return fmt::format("arn:{}:elasticache:{}:{}:{}:{}", PartitionOf(where.region), region, where.account, type, name);
}

std::optional<ParsedArn> ParseArn(std::string_view arn) {
  const auto scheme = TakeField(arn);
  const auto partition = TakeField(arn);
  const auto service = TakeField(arn);
  const auto region = TakeField(arn);
  const auto account = TakeField(arn);
  const auto type = TakeField(arn);
  if (!type || *scheme != "arn" || !IsPartition(*partition) || *service != "elasticache") return std::nullopt;
  if (account->empty() || region->empty() != (*type == kGlobalGroup)) return std::nullopt;
  if (std::find(kTypes.begin(), kTypes.end(), *type) == kTypes.end()) return std::nullopt;
  if (arn.empty() || arn.find(':') != std::string_view::npos) return std::nullopt;
  return ParsedArn{std::string(*region), std::string(*account), std::string(*type), std::string(arn)};
}

std::string FourDigits(int number) { return fmt::format("{:04}", number); }

std::string MemberClusterId(std::string_view group_id, std::string_view node_group_id, bool cluster_enabled,
                            int number) {
  if (cluster_enabled) return fmt::format("{}-{}-{:03}", group_id, node_group_id, number);
  return fmt::format("{}-{:03}", group_id, number);
}

}  // namespace elastilab
