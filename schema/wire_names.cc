#include "schema/wire_names.h"

#include <google/protobuf/descriptor.h>

#include <cctype>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "proto/elasticache/v1/annotations.pb.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
namespace v1 = elasticache::v1;

struct FieldNames {
  std::string wire;
  std::string list_element;
  std::string flag;
  std::string resource;
  std::string condition_key;
  bool required = false;
  bool sensitive = false;
};

struct MessageNames {
  std::vector<FieldNames> fields;  // by FieldDescriptor::index()
  std::unordered_map<std::string_view, const FieldDescriptor*> by_wire;
  std::unordered_map<std::string_view, const FieldDescriptor*> by_flag;
};

std::string CamelCase(std::string_view snake_case) {
  std::string out;
  bool raise = true;
  for (char c : snake_case) {
    if (c == '_') {
      raise = true;
      continue;
    }
    out += raise ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    raise = false;
  }
  return out;
}

std::string WithHyphens(std::string text) {
  for (char& c : text) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

FieldNames NamesOf(const FieldDescriptor* field) {
  const auto& options = field->options();
  FieldNames names;
  names.wire = options.HasExtension(v1::wire_name) ? options.GetExtension(v1::wire_name) : CamelCase(field->name());
  names.list_element = options.HasExtension(v1::list_element) ? options.GetExtension(v1::list_element) : "member";
  names.flag = WithHyphens(field->name());
  names.resource = options.GetExtension(v1::resource);
  names.condition_key = options.GetExtension(v1::condition_key);
  names.required = options.GetExtension(v1::required);
  names.sensitive = options.GetExtension(v1::sensitive);
  return names;
}

std::unique_ptr<MessageNames> ComputeNames(const Descriptor* message) {
  auto names = std::make_unique<MessageNames>();
  names->fields.reserve(message->field_count());
  for (int i = 0; i < message->field_count(); ++i) names->fields.push_back(NamesOf(message->field(i)));
  for (int i = 0; i < message->field_count(); ++i) {
    names->by_wire.emplace(names->fields[i].wire, message->field(i));
    names->by_flag.emplace(names->fields[i].flag, message->field(i));
  }
  return names;
}

const MessageNames& SharedNames(const Descriptor* message) {
  static std::shared_mutex mu;
  static auto& all = *new std::unordered_map<const Descriptor*, std::unique_ptr<MessageNames>>;
  {
    std::shared_lock lock(mu);
    if (auto found = all.find(message); found != all.end()) return *found->second;
  }
  auto names = ComputeNames(message);
  std::unique_lock lock(mu);
  return *all.try_emplace(message, std::move(names)).first->second;
}

// A Describe of 100 clusters asks for thousands of names: each thread remembers the tables, so that none of that
// touches a lock.
const MessageNames& NamesOf(const Descriptor* message) {
  thread_local std::unordered_map<const Descriptor*, const MessageNames*> seen;
  const MessageNames*& names = seen[message];
  if (names == nullptr) names = &SharedNames(message);
  return *names;
}

const FieldNames& Names(const FieldDescriptor* field) {
  return NamesOf(field->containing_type()).fields[field->index()];
}

}  // namespace

const std::string& WireName(const FieldDescriptor* field) { return Names(field).wire; }
const std::string& ListElement(const FieldDescriptor* field) { return Names(field).list_element; }
const std::string& CliFlag(const FieldDescriptor* field) { return Names(field).flag; }
bool IsRequired(const FieldDescriptor* field) { return Names(field).required; }
bool IsSensitive(const FieldDescriptor* field) { return Names(field).sensitive; }
const std::string& IamResource(const FieldDescriptor* field) { return Names(field).resource; }
const std::string& IamConditionKey(const FieldDescriptor* field) { return Names(field).condition_key; }

const FieldDescriptor* FindByWireName(const Descriptor* message, std::string_view name) {
  const auto& index = NamesOf(message).by_wire;
  auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

const FieldDescriptor* FindByCliFlag(const Descriptor* message, std::string_view flag) {
  const auto& index = NamesOf(message).by_flag;
  auto found = index.find(flag);
  return found == index.end() ? nullptr : found->second;
}

std::string EnumWire(const EnumValueDescriptor* value) {
  if (value->options().HasExtension(v1::wire)) return value->options().GetExtension(v1::wire);
  if (value->number() == 0) return "";
  const std::string text = WithHyphens(value->name());
  const std::string prefix = KebabCase(value->type()->name()) + "-";
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

const EnumValueDescriptor* ParseEnumWire(const EnumDescriptor* type, std::string_view text) {
  if (text.empty()) return nullptr;
  for (int i = 0; i < type->value_count(); ++i) {
    if (EnumWire(type->value(i)) == text) return type->value(i);
  }
  return nullptr;
}

std::string EnumChoices(const EnumDescriptor* type) {
  std::string choices;
  for (int i = 0; i < type->value_count(); ++i) {
    const std::string text = EnumWire(type->value(i));
    if (text.empty()) continue;
    if (!choices.empty()) choices += ", ";
    choices += text;
  }
  return choices;
}

std::string KebabCase(std::string_view camel_case) {
  std::string out;
  for (char c : camel_case) {
    const bool upper = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (upper && !out.empty()) out += '-';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace elastilab
