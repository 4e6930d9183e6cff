#include "controlplane/identity/policy/grammar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "controlplane/identity/policy/context.h"
#include "controlplane/identity/policy/pattern.h"

namespace elastilab {
namespace {

constexpr std::string_view kArnExample = "arn:aws:elasticache:us-east-1:000000000000:cluster:*";

constexpr auto kPartitions = std::to_array<std::string_view>(
    {"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"});

constexpr auto kTrustActions =
    std::to_array<std::string_view>({"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity",
                                     "sts:tagsession", "sts:setsourceidentity", "sts:setcontext"});

constexpr auto kIamPaths = std::to_array<std::string_view>(
    {"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
     "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"});

bool IsAlnum(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool IsVendor(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsAlnum(c) || c == '-' || c == '.' || c == '_'; });
}

bool IsAccount(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool HasWildcard(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

template <size_t N>
bool MatchesSomeOf(std::string_view pattern, const std::array<std::string_view, N>& names) {
  const Pattern compiled(pattern, {.wildcards = true, .variables = false, .ignore_case = true});
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return compiled.Matches(name, ConditionContext(), nullptr) == Match::kYes;
  });
}

// The ARN as IAM repeats it: "arn" in front, missing fields as "*".
std::string Completed(std::vector<std::string_view> fields) {
  fields.resize(6, "*");
  std::string arn = "arn";
  for (size_t i = 1; i < fields.size(); ++i) arn += fmt::format(":{}", fields[i]);
  return arn;
}

std::optional<Complaint> CheckIamResource(std::string_view resource, const std::vector<std::string_view>& fields) {
  if (fields.size() > 3 && !fields[3].empty() && fields[3] != "*") {
    return Complaint{.sentence = fmt::format("IAM resource {} cannot contain region information.", Shown(resource)),
                     .what = ""};
  }
  const std::string_view path = fields.size() > 5 ? fields[5] : "*";
  const bool known =
      path == "*" || path == "root" ||
      std::any_of(kIamPaths.begin(), kIamPaths.end(), [&](std::string_view start) { return path.starts_with(start); });
  if (known) return std::nullopt;
  std::string starts;
  for (std::string_view start : kIamPaths) starts += fmt::format("{}{}", starts.empty() ? "" : ", ", start);
  return Complaint{.sentence = fmt::format("IAM resource path must either be \"*\" or start with {}.", starts),
                   .what = fmt::format("{} does not.", Quoted(path))};
}

std::optional<Complaint> InvalidPrincipalValue(std::string_view type_name, std::string_view value,
                                               std::string allowed) {
  return Complaint{.sentence = fmt::format("Invalid principal in policy: \"{}\":{}.", type_name, Quoted(value)),
                   .what = std::move(allowed)};
}

bool IsAwsPrincipalArn(std::string_view value) {
  if (HasWildcard(value)) return false;
  const std::vector<std::string_view> fields = SplitArn(value, false);
  if (fields.size() != 6 || fields[0] != "arn" || !fields[3].empty() || !IsAccount(fields[4])) return false;
  if (std::find(kPartitions.begin(), kPartitions.end(), fields[1]) == kPartitions.end()) return false;
  const auto named = [&](std::string_view type, size_t parts) {
    const std::string_view path = fields[5];
    return path.starts_with(type) && path.size() > type.size() && !path.ends_with('/') &&
           static_cast<size_t>(std::count(path.begin(), path.end(), '/')) >= parts;
  };
  if (fields[2] == "iam") return fields[5] == "root" || named("user/", 1) || named("role/", 1);
  return fields[2] == "sts" && (named("assumed-role/", 2) || named("federated-user/", 1));
}

// "AIDA…", "AROA…": IAM shows the unique id of a principal that is gone.
bool IsUniqueId(std::string_view value) {
  return value.size() >= 16 && value.size() <= 128 && value.starts_with('A') &&
         std::all_of(value.begin(), value.end(), [](char c) { return IsAlnum(c) && (c < 'a' || c > 'z'); });
}

}  // namespace

std::optional<Complaint> CheckAction(std::string_view action) {
  if (action == "*") return std::nullopt;
  const auto colons = std::count(action.begin(), action.end(), ':');
  if (colons == 0) {
    return Complaint{
        .sentence = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        .what = fmt::format("{} has none, write it like elasticache:DescribeCacheClusters.", Quoted(action))};
  }
  if (colons > 1) {
    return Complaint{.sentence = "Actions/Condition can contain only one colon.",
                     .what = fmt::format("{} has {}.", Quoted(action), colons)};
  }
  const std::string_view vendor = action.substr(0, action.find(':'));
  if (!IsVendor(vendor)) {
    return Complaint{.sentence = fmt::format("Vendor {} is not valid.", Quoted(vendor)),
                     .what = "wildcards work behind the colon only; all actions of all services are \"*\"."};
  }
  if (vendor.size() + 1 == action.size()) {
    return Complaint{.what =
                         fmt::format("{} names no action, write {}:* for all of them.", Quoted(action), Shown(vendor))};
  }
  return std::nullopt;
}

std::optional<Complaint> CheckTrustAction(std::string_view action) {
  if (auto wrong = CheckAction(action)) return wrong;
  if (ToLowerAscii(action).starts_with("sts:") && MatchesSomeOf(action, kTrustActions)) return std::nullopt;
  return Complaint{.sentence = "AssumeRole policy may only specify STS AssumeRole actions.",
                   .what = fmt::format("{} is none; there are sts:AssumeRole, sts:AssumeRoleWithSAML, "
                                       "sts:AssumeRoleWithWebIdentity, sts:TagSession and sts:SetSourceIdentity.",
                                       Quoted(action))};
}

std::optional<Complaint> CheckResource(std::string_view resource, bool variables) {
  if (resource == "*") return std::nullopt;
  if (variables) {
    if (auto wrong = CheckVariables(resource)) return Complaint{.what = std::move(*wrong)};
  }
  const std::vector<std::string_view> fields = SplitArn(resource, variables);
  if (fields.size() < 2 || (fields[0] != "arn" && fields.size() < 6)) {
    return Complaint{.sentence = fmt::format("Resource {} must be in ARN format or \"*\".", Shown(resource)),
                     .what = fmt::format("write it like {}.", kArnExample)};
  }
  if (fields[0] != "arn" || !MatchesSomeOf(fields[1], kPartitions)) {
    return Complaint{.sentence = fmt::format("Partition {} is not valid for resource {}.", Quoted(fields[1]),
                                             Quoted(Completed(fields))),
                     .what = "an ARN begins with arn:aws:."};
  }
  const bool short_with_gap = fields.size() < 6 && resource.find("::") != std::string_view::npos;
  if (short_with_gap || (fields.size() > 2 && fields[2].empty())) {
    return Complaint{
        .sentence = "The policy failed legacy parsing.",
        .what = fmt::format("{} has {}, write it like {}.", Quoted(resource),
                            short_with_gap ? fmt::format("{} fields of 6", fields.size()) : "no service", kArnExample)};
  }
  if (fields.size() < 3 || !IsVendor(fields[2])) {
    return Complaint{.sentence = "Resource vendor must be fully qualified and cannot contain regexes.",
                     .what = fmt::format("{} has no service behind the partition, write it like {}.", Quoted(resource),
                                         kArnExample)};
  }
  for (size_t i = 0; variables && i + 1 < fields.size() && i < 5; ++i) {
    if (fields[i].find("${") == std::string_view::npos) continue;
    return Complaint{
        .what = fmt::format("{} has a variable before the fifth colon, it works only behind.", Quoted(resource))};
  }
  if (fields[2] == "iam") return CheckIamResource(resource, fields);
  if (fields[2] == "s3" && fields.size() > 3 && !fields[3].empty() && fields[3] != "*") {
    return Complaint{.sentence = fmt::format("Resource {} can not contain region information.", Shown(resource)),
                     .what = ""};
  }
  return std::nullopt;
}

std::optional<Complaint> CheckSid(std::string_view sid) {
  if (std::all_of(sid.begin(), sid.end(), IsAlnum)) return std::nullopt;
  return Complaint{.what = fmt::format("{} has other characters than A-Z, a-z and 0-9.", Quoted(sid))};
}

std::optional<Complaint> CheckPrincipal(PolicyPrincipal::Type type, std::string_view type_name,
                                        std::string_view value) {
  switch (type) {
    case PolicyPrincipal::Type::kEveryone:
    case PolicyPrincipal::Type::kAws:
      if (value == "*" || IsAccount(value) || IsAwsPrincipalArn(value) || IsUniqueId(value)) return std::nullopt;
      return InvalidPrincipalValue(
          type_name, value,
          HasWildcard(value) ? "a name cannot have wildcards, \"*\" alone is everyone."
                             : "name an account (12 digits) or the ARN of an account's root, a user, a role or "
                               "a session, such as arn:aws:iam::000000000000:user/alice.");
    case PolicyPrincipal::Type::kService:
      if (IsVendor(value) && value.find('.') != std::string_view::npos) return std::nullopt;
      return InvalidPrincipalValue("SERVICE", value, "write it like elasticache.amazonaws.com.");
    case PolicyPrincipal::Type::kFederated:
      if (!value.empty() && !HasWildcard(value)) return std::nullopt;
      return InvalidPrincipalValue("FEDERATED", value, "name an identity provider.");
    case PolicyPrincipal::Type::kCanonicalUser:
      return InvalidPrincipalValue("CANONICAL_USER", value, "roles don't trust canonical users.");
  }
  return std::nullopt;
}

}  // namespace elastilab
