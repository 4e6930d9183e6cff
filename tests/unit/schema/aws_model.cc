#include "tests/unit/schema/aws_model.h"

#include <fmt/format.h>
#include <glob.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "schema/fault.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

// Reads plain files too.
std::string ReadGzip(const std::string& path) {
  std::string content;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return content;
  char buffer[65536];
  for (int n = 0; (n = gzread(file, buffer, sizeof buffer)) > 0;) content.append(buffer, n);
  gzclose(file);
  return content;
}

// The paginators that lie beside a model.
json PaginatorsOf(const std::string& model_file) {
  std::string path = model_file;
  if (const size_t at = path.rfind("service-2"); at != std::string::npos) path.replace(at, 9, "paginators-1");
  std::string text = ReadGzip(path);
  if (text.empty() && path.ends_with(".gz")) text = ReadGzip(path.substr(0, path.size() - 3));
  return text.empty() ? json::object() : json::parse(text);
}

class Comparison {
 public:
  Comparison(const ModelScope& scope, const std::string& file)
      : scope_(scope), model_(json::parse(ReadGzip(file))), paginators_(PaginatorsOf(file)) {}

  ModelComparison Run() {
    for (const Operation& operation : scope_.operations) {
      if (model_["operations"].contains(operation.name)) {
        CompareOperation(operation, model_["operations"][operation.name]);
        ++result_.compared;
      } else {
        Expect(!exact(), operation.name + " is not in the model");
      }
    }
    for (const auto& [name, operation] : model_["operations"].items()) {
      Expect(!scope_.whole || Find(name) != nullptr, name + " is missing");
    }
    for (const auto& [name, shape] : model_["shapes"].items()) {
      if (shape.contains("exception") && shape.contains("error")) CompareFault(shape["error"]);
    }
    const json paginators = paginators_.value("pagination", json::object());
    for (const auto& [name, paging] : paginators.items()) ComparePaging(name, paging);
    result_.shapes = shapes();
    return result_;
  }

 private:
  size_t shapes() const { return model_["shapes"].size(); }
  bool exact() const { return shapes() == scope_.our_shapes; }
  void Expect(bool holds, std::string difference) {
    if (!holds) result_.differences.push_back(std::move(difference));
  }
  const Operation* Find(const std::string& name) const {
    const auto it = std::find_if(scope_.operations.begin(), scope_.operations.end(), [&](const auto& o) { return o.name == name; });
    return it == scope_.operations.end() ? nullptr : &*it;
  }

  void CompareOperation(const Operation& operation, const json& wanted) {
    if (wanted.contains("input")) CompareStructure(wanted["input"]["shape"], operation.request);
    Expect(wanted.contains("input") || operation.request->field_count() == 0, operation.name + " has members");
    if (wanted.contains("output")) {
      CompareStructure(wanted["output"]["shape"], operation.response);
      Expect(operation.HasResult(), operation.name + " has no result");
    } else {
      Expect(!operation.HasResult(), operation.name + " has a result");
    }
    if (!scope_.whole) return;
    std::set<std::string> faults;
    for (const json& error : wanted.value("errors", json::array())) {
      faults.insert(model_["shapes"][error["shape"].get<std::string>()]["error"]["code"]);
    }
    std::set<std::string> ours;
    for (FaultCode code : operation.faults) ours.emplace(FaultWire(code));
    CompareSets(operation.name + " faults", faults, ours);
  }

  void CompareStructure(const std::string& shape_name, const Descriptor* type) {
    if (!seen_.emplace(shape_name, type->full_name()).second) return;
    const json& shape = model_["shapes"][shape_name];
    std::set<std::string> wanted;
    for (const auto& [name, member] : shape["members"].items()) {
      wanted.insert(name);
      const FieldDescriptor* field = FindByWireName(type, name);
      const std::string where = type->name() + "." + name;
      if (field == nullptr) {
        Expect(false, where + " is missing");
      } else {
        CompareMember(where, member["shape"], field);
      }
    }
    std::set<std::string> required;
    std::set<std::string> our_required;
    std::set<std::string> ours;
    for (const json& name : shape.value("required", json::array())) required.insert(name);
    for (int i = 0; i < type->field_count(); ++i) {
      ours.insert(WireName(type->field(i)));
      if (IsRequired(type->field(i))) our_required.insert(WireName(type->field(i)));
    }
    CompareSets(type->name() + " members", wanted, ours);
    // Of structures in replies the model marks members that are always there; we mark what a request must have.
    if (exact() && (scope_.whole || type->name().ends_with("Request"))) {
      CompareSets(type->name() + " required", required, our_required);
    }
  }

  void CompareMember(const std::string& where, const std::string& shape_name, const FieldDescriptor* field) {
    const json& shape = model_["shapes"][shape_name];
    if (shape["type"] == "map") return CompareMap(where, shape, field);
    const bool list = shape["type"] == "list";
    Expect(list == field->is_repeated(), where + ": list or not");
    if (!list) return CompareType(where, shape_name, field);
    const std::string element = shape["member"].value("locationName", "member");
    Expect(element == ListElement(field), fmt::format("{}: element {} is {}", where, element, ListElement(field)));
    CompareType(where, shape["member"]["shape"], field);
  }

  // A list of <entry> with <key> and <value>.
  void CompareMap(const std::string& where, const json& shape, const FieldDescriptor* field) {
    const bool list = field->is_repeated() && field->message_type() != nullptr && ListElement(field) == "entry";
    if (!list) return Expect(false, where + " is no list of entries");
    for (const char* part : {"key", "value"}) {
      const FieldDescriptor* member = FindByWireName(field->message_type(), shape[part].value("locationName", part));
      Expect(member != nullptr, fmt::format("{} has no {}", where, part));
    }
  }

  void CompareType(const std::string& where, const std::string& shape_name, const FieldDescriptor* field) {
    static const std::map<std::string, FieldDescriptor::Type> kScalars = {
        {"string", FieldDescriptor::TYPE_STRING},    {"boolean", FieldDescriptor::TYPE_BOOL},
        {"integer", FieldDescriptor::TYPE_INT32},    {"long", FieldDescriptor::TYPE_INT64},
        {"double", FieldDescriptor::TYPE_DOUBLE},    {"timestamp", FieldDescriptor::TYPE_MESSAGE},
        {"structure", FieldDescriptor::TYPE_MESSAGE}};
    const json& shape = model_["shapes"][shape_name];
    if (shape.contains("enum") && (scope_.whole || field->enum_type() != nullptr)) {
      if (field->enum_type() == nullptr) return Expect(false, where + " is no enum");
      return CompareEnum(shape, field->enum_type());
    }
    if (kScalars.at(shape["type"]) != field->type()) return Expect(false, where + " has another type");
    if (shape["type"] == "timestamp") Expect(IsTimestamp(field->message_type()), where + " is no timestamp");
    if (shape["type"] == "structure") CompareStructure(shape_name, field->message_type());
    if (field->type() != FieldDescriptor::TYPE_MESSAGE && !field->is_repeated()) {
      Expect(field->has_presence(), where + " cannot be absent");
    }
    const bool sensitive = shape.value("sensitive", false) && shape["type"] == "string";
    // The model hides names of existing users in logs, too; ours are no secrets.
    const bool secret = sensitive && (where.ends_with("SecretAccessKey") || where.ends_with("Password"));
    Expect(!secret || IsSensitive(field), where + " is a secret");
  }

  void CompareEnum(const json& shape, const EnumDescriptor* type) {
    std::set<std::string> ours;
    for (int i = 1; i < type->value_count(); ++i) ours.insert(EnumWire(type->value(i)));
    CompareSets(type->name() + " values", shape["enum"].get<std::set<std::string>>(), ours);
  }

  void CompareFault(const json& error) {
    const std::string wire = error["code"];
    const auto code = FaultFromWire(wire);
    if (!code.has_value()) return Expect(!scope_.whole, "fault " + wire + " is missing");
    Expect(FaultHttpStatus(*code) == error["httpStatusCode"], "fault " + wire + " has another HTTP status");
  }

  void ComparePaging(const std::string& name, const json& wanted) {
    const Operation* operation = Find(name);
    if (operation == nullptr && !scope_.whole) return;
    if (operation == nullptr || !operation->paging.has_value()) return Expect(false, name + " has no paging");
    const Paging& paging = *operation->paging;
    Expect(WireName(paging.limit) == wanted["limit_key"], name + " limit");
    Expect(WireName(paging.input_token) == wanted["input_token"], name + " input token");
    Expect(Dotted(paging.output_token) == wanted["output_token"], name + " output token");
    // Some operations page several lists at once.
    const json& result = wanted["result_key"];
    const bool ours = result.is_array() ? std::find(result.begin(), result.end(), Dotted(paging.result)) != result.end()
                                        : result == Dotted(paging.result);
    Expect(ours, name + " result");
  }

  static std::string Dotted(const Paging::Path& path) {
    std::string text;
    for (const FieldDescriptor* field : path) text += (text.empty() ? "" : ".") + WireName(field);
    return text;
  }

  void CompareSets(const std::string& what, const std::set<std::string>& wanted, const std::set<std::string>& ours) {
    for (const std::string& name : wanted) Expect(ours.contains(name), fmt::format("{}: no {}", what, name));
    if (!exact()) return;
    for (const std::string& name : ours) Expect(wanted.contains(name), fmt::format("{}: {} too many", what, name));
  }

  const ModelScope& scope_;
  json model_;
  json paginators_;
  std::set<std::pair<std::string, std::string>> seen_;
  ModelComparison result_;
};

}  // namespace

std::vector<std::string> ModelFiles(const std::string& service, const char* variable) {
  if (const char* path = std::getenv(variable)) return {path};
  const std::string home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "";
  std::vector<std::string> files;
  for (const std::string& root :
       {std::string("/usr/lib/python3/dist-packages"), std::string("/usr/lib/python3/dist-packages/awscli"),
        std::string("/usr/local/lib/python3*/*-packages"), home + "/.pyenv/versions/*/lib/python3*/site-packages",
        home + "/.local/lib/python3*/site-packages", std::string("/usr/local/aws-cli/v2/current/dist/awscli"),
        std::string("/usr/lib/google-cloud-sdk/lib/third_party")}) {
    glob_t found{};
    if (glob((root + "/botocore/data/" + service + "/service-2.json*").c_str(), 0, nullptr, &found) == 0) {
      files.insert(files.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    globfree(&found);
  }
  return files;
}

ModelComparison CompareWithModel(const ModelScope& scope, const std::string& file) { return Comparison(scope, file).Run(); }

void ExpectAgreesWithInstalledModels(const ModelScope& scope, const char* variable) {
  const std::vector<std::string> files = ModelFiles(scope.service, variable);
  if (files.empty()) GTEST_SKIP() << "no aws SDK on this machine";
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const ModelComparison comparison = CompareWithModel(scope, file);
    fmt::print("{}: {} shapes, {} operations, {} differences\n", file, comparison.shapes, comparison.compared,
               comparison.differences.size());
    for (const std::string& difference : comparison.differences) {
      if (comparison.shapes > scope.our_shapes) {
        fmt::print("  newer: {}\n", difference);
      } else {
        ADD_FAILURE() << difference;
      }
    }
  }
}

}  // namespace elastilab
