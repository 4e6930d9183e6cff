#include "controlplane/identity/authorization/resources.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <utility>

#include "controlplane/region/catalog/engine_choice.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string TextOf(const Message& message, std::string_view wire_name) {
  const FieldDescriptor* field = FindByWireName(message.GetDescriptor(), wire_name);
  if (field == nullptr || field->is_repeated() || !message.GetReflection()->HasField(message, field)) return "";
  return ScalarText(message, field);
}

std::string Lower(std::string text) {
  return ToLowerAscii(text);
}

// The group that a create gets when it names none. A request that the catalog refuses has none: it fails later, with
// the fault that says why.
std::string DefaultGroup(const Message& request) {
  const auto given = [&](std::string_view name) {
    std::string text = TextOf(request, name);
    return text.empty() ? std::nullopt : std::optional(text);
  };
  EngineWish wish;
  wish.engine = given("Engine");
  wish.version = given("EngineVersion");
  const auto choice = ChooseEngine(wish);
  return choice.ok() ? choice->parameter_group : "default";
}

class Collector {
 public:
  Collector(const Operation& operation, const Message& request, const Location& where, const ResourceFacts& facts)
      : operation_(operation), request_(request), where_(where), facts_(facts), service_(ServicePrefix(operation)) {}

  std::vector<NamedResource> Collect() && {
    AddNamed(request_);
    for (const std::string& type : operation_.required_resources) {
      const bool named = std::any_of(found_.begin(), found_.end(), [&](const auto& r) { return r.type == type; });
      if (!named) Add(type, IsCreateWithDefaultGroup(type) ? DefaultGroup(request_) : "*");
    }
    if (IsCreateWithDefaultGroup("parametergroup") &&
        std::none_of(found_.begin(), found_.end(), [](const auto& r) { return r.type == "parametergroup"; })) {
      Add("parametergroup", DefaultGroup(request_));
    }
    if (found_.empty()) found_.push_back({"", "*"});
    return std::move(found_);
  }

 private:
  bool IsCreateWithDefaultGroup(std::string_view type) const {
    return type == "parametergroup" &&
           (operation_.name == "CreateCacheCluster" || operation_.name == "CreateReplicationGroup");
  }

  void AddNamed(const Message& message) {
    const auto* descriptor = message.GetDescriptor();
    const auto* reflection = message.GetReflection();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      const std::string& resource = IamResource(field);
      if (resource.empty()) continue;
      const int count = field->is_repeated() ? reflection->FieldSize(message, field) : reflection->HasField(message, field);
      for (int n = 0; n < count; ++n) AddFrom(resource, ScalarText(message, field, n));
    }
  }

  // `pattern` is "cluster:{}", "user/{}", or "{}" for a whole ARN.
  void AddFrom(const std::string& pattern, const std::string& value) {
    if (value.empty()) return;
    if (pattern == "{}") {
      found_.push_back(Whole(value));
      return;
    }
    Add(pattern.substr(0, pattern.find_first_of(":/")), value);
  }

  // The handlers find names in any case, so a policy that says sg-prod must see the one that is spelled SG-Prod.
  static NamedResource Whole(const std::string& arn) {
    const auto parsed = ParseArn(arn);
    if (!parsed) return {"", arn};
    return {parsed->type, arn.substr(0, arn.size() - parsed->name.size()) + Lower(parsed->name)};
  }

  void Add(const std::string& type, const std::string& name) { found_.push_back({type, ArnOf(type, name)}); }

  std::string ArnOf(const std::string& type, const std::string& name) const {
    if (service_ == "elasticache") return Arn(where_, type, Lower(name));
    const std::string existing = facts_.iam_arn && name != "*" ? facts_.iam_arn(type, name) : "";
    if (!existing.empty()) return existing;
    const std::string path = TextOf(request_, "Path");
    return fmt::format("arn:aws:iam::{}:{}{}{}", where_.account, type, path.empty() ? "/" : path, name);
  }

  const Operation& operation_;
  const Message& request_;
  const Location& where_;
  const ResourceFacts& facts_;
  const std::string service_;
  std::vector<NamedResource> found_;
};

}  // namespace

std::string ServicePrefix(const Operation& operation) {
  const std::string& package = operation.method->file()->package();  // "elasticache.v1", "elastilab.iam.v1"
  const size_t version = package.rfind('.');
  const size_t before = package.rfind('.', version - 1);
  const size_t start = before == std::string::npos ? 0 : before + 1;
  return package.substr(start, version - start);
}

std::vector<NamedResource> ResourcesOf(const Operation& operation, const Message& request, const Location& where,
                                       const ResourceFacts& facts) {
  return Collector(operation, request, where, facts).Collect();
}

}  // namespace elastilab
