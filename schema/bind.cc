#include "schema/bind.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>

#include "schema/fault.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using nlohmann::json;

Status BadValue(std::string message) { return MakeFault(elasticache::v1::INVALID_PARAMETER_VALUE, std::move(message)); }

Status WrongType(const std::string& path, std::string_view wanted, const json& got) {
  return BadValue(fmt::format("{}: expected {}, got {}.", path.empty() ? "the value" : path, wanted,
                              got.is_null() ? "null" : got.type_name()));
}

std::string MemberNames(const Descriptor* type) {
  std::string names;
  for (int i = 0; i < type->field_count(); ++i) {
    names += (i == 0 ? "" : ", ") + WireName(type->field(i));
  }
  return names;
}

// Text of a typed scalar, if JSON has the type that the field wants.
StatusOr<std::string> TypedText(const json& tree, const std::string& path, const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      if (!tree.is_boolean()) return WrongType(path, "true or false", tree);
      return tree.get<bool>() ? "true" : "false";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      if (!tree.is_number()) return WrongType(path, "a number", tree);
      return tree.dump();
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM:
      if (!tree.is_string()) return WrongType(path, "a string", tree);
      return tree.get<std::string>();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (!tree.is_string() && !tree.is_number()) return WrongType(path, "a time", tree);
      return tree.is_string() ? tree.get<std::string>() : tree.dump();
    default:
      if (!tree.is_number_integer()) return WrongType(path, "an integer", tree);
      return tree.dump();
  }
}

Status BindScalar(const json& tree, BindMode mode, const std::string& path, const FieldDescriptor* field,
                  Message* message) {
  if (mode == BindMode::kTyped) {
    ASSIGN_OR_RETURN(const std::string text, TypedText(tree, path, field));
    return SetScalar(message, field, text, path);
  }
  if (!tree.is_string()) return WrongType(path, "one value", tree);
  return SetScalar(message, field, tree.get_ref<const std::string&>(), path);
}

Status BindOne(const json& tree, BindMode mode, const std::string& path, const FieldDescriptor* field,
               Message* message) {
  if (IsScalar(field)) return BindScalar(tree, mode, path, field, message);
  if (!tree.is_object()) return WrongType(path, "a structure", tree);
  const auto* reflection = message->GetReflection();
  return BindMessage(
      tree, mode, path,
      field->is_repeated() ? reflection->AddMessage(message, field) : reflection->MutableMessage(message, field));
}

}  // namespace

Status BindField(const json& tree, BindMode mode, const std::string& path, const FieldDescriptor* field,
                 Message* message) {
  if (!field->is_repeated()) return BindOne(tree, mode, path, field, message);
  if (!tree.is_array()) {
    if (mode == BindMode::kText) return BindOne(tree, mode, path, field, message);
    return WrongType(path, "a list", tree);
  }
  for (size_t i = 0; i < tree.size(); ++i) {
    RETURN_IF_ERROR(BindOne(tree[i], mode, fmt::format("{}[{}]", path, i), field, message));
  }
  return absl::OkStatus();
}

Status BindMessage(const json& tree, BindMode mode, const std::string& path, Message* message) {
  if (!tree.is_object()) return WrongType(path, "a structure", tree);
  const Descriptor* type = message->GetDescriptor();
  for (const auto& [name, value] : tree.items()) {
    const FieldDescriptor* field = FindByWireName(type, name);
    if (field == nullptr) {
      return BadValue(fmt::format("{}unknown member '{}'; there are: {}.", path.empty() ? "" : path + ": ", name,
                                  MemberNames(type)));
    }
    RETURN_IF_ERROR(BindField(value, mode, path.empty() ? name : path + "." + name, field, message));
  }
  return absl::OkStatus();
}

}  // namespace elastilab
