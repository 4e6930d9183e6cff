#include "controlplane/faces/query/form_decoder.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <charconv>

#include "controlplane/faces/query/xml_text.h"
#include "schema/fault.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Parameters = std::span<const FormParameter>;

Status Malformed(std::string text) { return MakeFault(FaultCode::MALFORMED_INPUT, std::move(text)); }

// The part of `key` from `at` to the next dot.
std::string_view Segment(std::string_view key, size_t at) { return key.substr(at, key.find('.', at) - at); }

// Parameters of one member: neighbours that agree in a segment.
struct Group {
  std::string_view name;  // the segment
  Parameters parameters;
  size_t at = 0;  // where the next segment starts; past the end of keys that have none

  std::string_view Path() const { return parameters.front().key.substr(0, at - 1); }
  bool IsWhole(const FormParameter& parameter) const { return parameter.key.size() < at; }
};

// Takes the first group off `parameters`, whose keys agree up to `at`.
Group TakeGroup(Parameters& parameters, size_t at) {
  const std::string_view name = Segment(parameters.front().key, at);
  size_t count = 1;
  while (count < parameters.size() && Segment(parameters[count].key, at) == name) ++count;
  Group group{name, parameters.first(count), at + name.size() + 1};
  parameters = parameters.subspan(count);
  return group;
}

Status Twice(std::string_view path) {
  return Malformed(fmt::format("The parameter {} is given more than once.", QuoteKey(path)));
}

struct Element {
  int index = 0;
  Group group;
};

StatusOr<int> ListIndex(const Group& group) {
  int index = 0;
  const char* end = group.name.data() + group.name.size();
  const auto [stop, error] = std::from_chars(group.name.data(), end, index);
  if (error != std::errc() || stop != end || index < 1 || index > kMaxListIndex) {
    return Malformed(fmt::format("{} is not a valid index in {}: list elements are numbered from 1 to {}.",
                                 QuoteKey(group.name), QuoteKey(group.Path()), kMaxListIndex));
  }
  return index;
}

const FieldDescriptor* FindMember(const Descriptor* type, std::string_view name) {
  return type->options().map_entry() ? type->FindFieldByName(std::string(name)) : FindByWireName(type, name);
}

Status DecodeStructure(Parameters parameters, size_t at, Message* message);

Status DecodeScalar(const Group& group, const FieldDescriptor* field, Message* message) {
  const FormParameter& first = group.parameters.front();
  if (!group.IsWhole(group.parameters.back())) {
    return Malformed(fmt::format("{} is a single value: it has no parts such as {}.", QuoteKey(group.Path()),
                                 QuoteKey(group.parameters.back().key)));
  }
  if (group.parameters.size() > 1) return Twice(first.key);
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !IsXmlText(first.value) && IsValidUtf8(first.value)) {
    return MakeFault(FaultCode::INVALID_PARAMETER_VALUE,
                     fmt::format("The parameter {} has a control character in it.", QuoteKey(first.key)));
  }
  return SetScalar(message, field, first.value, QuoteKey(first.key));
}

// `value` holds the keys of one structure, its own among them if it was sent.
Status DecodeMembers(const Group& group, Message* value) {
  Parameters members = group.parameters;
  const FormParameter& own = members.front();
  if (group.IsWhole(own)) {
    if (!own.value.empty()) {
      return Malformed(fmt::format("{0} is a structure: give its members, as {0}.Name=value.", QuoteKey(own.key)));
    }
    members = members.subspan(1);
    if (!members.empty() && group.IsWhole(members.front())) return Twice(own.key);
  }
  return DecodeStructure(members, group.at, value);
}

// All elements of a list in the order of their numbers, whichever of the two names they go by.
StatusOr<std::vector<Element>> ListElements(Parameters parameters, size_t at, const FieldDescriptor* field) {
  const std::string_view element_name = field->is_map() ? "entry" : std::string_view(ListElement(field));
  std::vector<Element> elements;
  while (!parameters.empty()) {
    const Group named = TakeGroup(parameters, at);
    if (named.name != element_name && (field->is_map() || named.name != "member")) {
      return Malformed(fmt::format("{} is a list: its elements are {}.{}.1 and so on, not {}.",
                                   QuoteKey(named.parameters.front().key.substr(0, at - 1)), QuoteKey(WireName(field)),
                                   element_name, QuoteKey(named.parameters.front().key)));
    }
    if (named.IsWhole(named.parameters.front())) {
      return Malformed(fmt::format("{0} lacks the number of the element: {0}.1 is the first.", QuoteKey(named.Path())));
    }
    for (Parameters rest = named.parameters; !rest.empty();) {
      const Group numbered = TakeGroup(rest, named.at);
      ASSIGN_OR_RETURN(const int index, ListIndex(numbered));
      elements.push_back({index, numbered});
    }
  }
  std::sort(elements.begin(), elements.end(), [](const Element& a, const Element& b) { return a.index < b.index; });
  for (size_t i = 1; i < elements.size(); ++i) {
    if (elements[i].index == elements[i - 1].index) return Twice(elements[i].group.Path());
  }
  return elements;
}

Status DecodeList(const Group& group, const FieldDescriptor* field, Message* message) {
  Parameters parameters = group.parameters;
  const FormParameter& own = parameters.front();
  if (group.IsWhole(own)) {
    if (!own.value.empty()) {
      return Malformed(fmt::format("{0} is a list: give its elements, as {0}.{1}.1=value.", QuoteKey(own.key),
                                   field->is_map() ? "entry" : ListElement(field)));
    }
    parameters = parameters.subspan(1);
    if (!parameters.empty()) return Twice(own.key);
  }
  ASSIGN_OR_RETURN(const std::vector<Element> elements, ListElements(parameters, group.at, field));
  const bool scalars = IsScalar(field);
  for (const Element& element : elements) {
    RETURN_IF_ERROR(scalars ? DecodeScalar(element.group, field, message)
                            : DecodeMembers(element.group, message->GetReflection()->AddMessage(message, field)));
  }
  return absl::OkStatus();
}

Status DecodeStructure(Parameters parameters, size_t at, Message* message) {
  const Descriptor* type = message->GetDescriptor();
  while (!parameters.empty()) {
    const Group group = TakeGroup(parameters, at);
    const FieldDescriptor* field = FindMember(type, group.name);
    if (field == nullptr) continue;
    if (field->is_repeated()) {
      RETURN_IF_ERROR(DecodeList(group, field, message));
    } else if (IsScalar(field)) {
      RETURN_IF_ERROR(DecodeScalar(group, field, message));
    } else {
      RETURN_IF_ERROR(DecodeMembers(group, message->GetReflection()->MutableMessage(message, field)));
    }
  }
  return absl::OkStatus();
}

}  // namespace

Status DecodeForm(const Form& form, Message* message) { return DecodeStructure(form.parameters(), 0, message); }

}  // namespace elastilab
