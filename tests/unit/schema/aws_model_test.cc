// Compares our descriptors with the API model that comes with the aws SDK for Python, wherever one is installed:
// operations, members, types, list element names, required marks, enum values, faults, paging. A model older than ours
// must be a part of it, the same one must agree both ways, a newer one is only looked at. ELASTILAB_AWS_MODEL names a
// model file to use instead.
#include <fmt/format.h>
#include <glob.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "schema/fault.h"
#include "schema/operations.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

// Shapes in the model our protos were written from (botocore 1.43.11).
constexpr size_t kOurShapes = 406;

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

std::vector<std::string> ModelFiles() {
  if (const char* path = std::getenv("ELASTILAB_AWS_MODEL")) return {path};
  const std::string home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "";
  std::vector<std::string> files;
  for (const std::string& root :
       {std::string("/usr/lib/python3/dist-packages"), std::string("/usr/lib/python3/dist-packages/awscli"),
        std::string("/usr/local/lib/python3*/*-packages"), home + "/.pyenv/versions/*/lib/python3*/site-packages",
        home + "/.local/lib/python3*/site-packages", std::string("/usr/local/aws-cli/v2/current/dist/awscli"),
        std::string("/usr/lib/google-cloud-sdk/lib/third_party")}) {
    glob_t found{};
    if (glob((root + "/botocore/data/elasticache/2015-02-02/service-2.json*").c_str(), 0, nullptr, &found) == 0) {
      files.insert(files.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    globfree(&found);
  }
  return files;
}

class Comparison {
 public:
  Comparison(json model, json paginators) : model_(std::move(model)), paginators_(std::move(paginators)) {}

  size_t shapes() const { return model_["shapes"].size(); }
  const std::vector<std::string>& differences() const { return differences_; }

  void Run() {
    for (const auto& [name, operation] : model_["operations"].items()) CompareOperation(name, operation);
    for (const auto& [name, shape] : model_["shapes"].items()) {
      if (shape.contains("exception")) CompareFault(shape["error"]);
    }
    for (const auto& [name, paging] : paginators_["pagination"].items()) ComparePaging(name, paging);
    if (!exact()) return;
    for (const Operation& operation : AllOperations()) {
      Expect(model_["operations"].contains(operation.name), operation.name + " is not in the model");
    }
  }

 private:
  bool exact() const { return shapes() == kOurShapes; }
  void Expect(bool holds, std::string difference) {
    if (!holds) differences_.push_back(std::move(difference));
  }

  void CompareOperation(const std::string& name, const json& wanted) {
    const Operation* operation = FindOperation(name);
    if (operation == nullptr) return Expect(false, name + " is missing");
    CompareStructure(wanted["input"]["shape"], operation->request);
    if (wanted.contains("output")) {
      CompareStructure(wanted["output"]["shape"], operation->response);
    } else {
      Expect(!operation->HasResult(), name + " has a result");
    }
    std::set<std::string> faults;
    for (const json& error : wanted.value("errors", json::array())) {
      faults.insert(model_["shapes"][error["shape"].get<std::string>()]["error"]["code"]);
    }
    std::set<std::string> ours;
    for (FaultCode code : operation->faults) ours.emplace(FaultWire(code));
    CompareSets(name + " faults", faults, ours);
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
    if (exact()) CompareSets(type->name() + " required", required, our_required);
  }

  void CompareMember(const std::string& where, const std::string& shape_name, const FieldDescriptor* field) {
    const json& shape = model_["shapes"][shape_name];
    const bool list = shape["type"] == "list";
    Expect(list == field->is_repeated(), where + ": list or not");
    if (!list) return CompareType(where, shape_name, field);
    const std::string element = shape["member"].value("locationName", "member");
    Expect(element == ListElement(field), fmt::format("{}: element {} is {}", where, element, ListElement(field)));
    CompareType(where, shape["member"]["shape"], field);
  }

  void CompareType(const std::string& where, const std::string& shape_name, const FieldDescriptor* field) {
    static const std::map<std::string, FieldDescriptor::Type> kScalars = {
        {"string", FieldDescriptor::TYPE_STRING},    {"boolean", FieldDescriptor::TYPE_BOOL},
        {"integer", FieldDescriptor::TYPE_INT32},    {"long", FieldDescriptor::TYPE_INT64},
        {"double", FieldDescriptor::TYPE_DOUBLE},    {"timestamp", FieldDescriptor::TYPE_MESSAGE},
        {"structure", FieldDescriptor::TYPE_MESSAGE}};
    const json& shape = model_["shapes"][shape_name];
    if (shape.contains("enum")) {
      if (field->enum_type() == nullptr) return Expect(false, where + " is no enum");
      return CompareEnum(shape, field->enum_type());
    }
    if (kScalars.at(shape["type"]) != field->type()) return Expect(false, where + " has another type");
    if (shape["type"] == "timestamp") Expect(IsTimestamp(field->message_type()), where + " is no timestamp");
    if (shape["type"] == "structure") CompareStructure(shape_name, field->message_type());
    if (field->type() != FieldDescriptor::TYPE_MESSAGE && !field->is_repeated()) {
      Expect(field->has_presence(), where + " cannot be absent");
    }
  }

  void CompareEnum(const json& shape, const EnumDescriptor* type) {
    std::set<std::string> ours;
    for (int i = 1; i < type->value_count(); ++i) ours.insert(EnumWire(type->value(i)));
    CompareSets(type->name() + " values", shape["enum"].get<std::set<std::string>>(), ours);
  }

  void CompareFault(const json& error) {
    const std::string wire = error["code"];
    const auto code = FaultFromWire(wire);
    if (!code.has_value()) return Expect(false, "fault " + wire + " is missing");
    Expect(FaultHttpStatus(*code) == error["httpStatusCode"], "fault " + wire + " has another HTTP status");
  }

  void ComparePaging(const std::string& name, const json& wanted) {
    const Operation* operation = FindOperation(name);
    if (operation == nullptr || !operation->paging.has_value()) return Expect(false, name + " has no paging");
    const Paging& paging = *operation->paging;
    Expect(WireName(paging.limit) == wanted["limit_key"], name + " limit");
    Expect(WireName(paging.input_token) == wanted["input_token"], name + " input token");
    Expect(Dotted(paging.output_token) == wanted["output_token"], name + " output token");
    Expect(Dotted(paging.result) == wanted["result_key"], name + " result");
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

  json model_;
  json paginators_;
  std::set<std::pair<std::string, std::string>> seen_;
  std::vector<std::string> differences_;
};

Comparison Load(const std::string& path) {
  std::string paginators = path;
  if (const size_t at = paginators.rfind("service-2"); at != std::string::npos)
    paginators.replace(at, 9, "paginators-1");
  std::string text = ReadGzip(paginators);
  if (text.empty() && paginators.ends_with(".gz")) text = ReadGzip(paginators.substr(0, paginators.size() - 3));
  return Comparison(json::parse(ReadGzip(path)), text.empty() ? json::object() : json::parse(text));
}

TEST(AwsModelTest, DescriptorsAgreeWithEveryInstalledModel) {
  const std::vector<std::string> files = ModelFiles();
  if (files.empty()) GTEST_SKIP() << "no aws SDK on this machine";
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    Comparison comparison = Load(file);
    comparison.Run();
    fmt::print("{}: {} shapes, {} differences\n", file, comparison.shapes(), comparison.differences().size());
    for (const std::string& difference : comparison.differences()) {
      if (comparison.shapes() > kOurShapes) {
        fmt::print("  newer: {}\n", difference);
      } else {
        ADD_FAILURE() << difference;
      }
    }
  }
}

}  // namespace
}  // namespace elastilab
