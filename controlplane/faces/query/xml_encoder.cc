#include "controlplane/faces/query/xml_encoder.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "controlplane/faces/query/xml_text.h"
#include "schema/fault.h"
#include "schema/operations.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;

struct Tags {
  std::string open;   // "<Name>"
  std::string close;  // "</Name>"
  std::string empty;  // "<Name/>"
};

Tags TagsOf(std::string_view name) {
  return {fmt::format("<{}>", name), fmt::format("</{}>", name), fmt::format("<{}/>", name)};
}

struct Layout;

struct FieldLayout {
  const FieldDescriptor* field = nullptr;
  Tags tags = {};
  Tags element = {};                            // lists
  const Layout* structure = nullptr;            // null: a scalar
  std::unordered_map<int, std::string> enum_texts = {};
};

// How the members of one message type are written.
struct Layout {
  std::vector<FieldLayout> fields;
};

// Computes each type's layout once. Layouts are never changed after and live as long as the process.
class Layouts {
 public:
  const Layout& Of(const Descriptor* type) {
    thread_local std::unordered_map<const Descriptor*, const Layout*> seen;  // spares the lock
    const Layout*& layout = seen[type];
    if (layout == nullptr) {
      std::lock_guard lock(mu_);
      layout = Build(type);
    }
    return *layout;
  }

 private:
  const Layout* Build(const Descriptor* type) {
    auto [entry, is_new] = all_.try_emplace(type);
    if (!is_new) return entry->second.get();
    entry->second = std::make_unique<Layout>();
    Layout* layout = entry->second.get();  // types may contain themselves
    for (int i = 0; i < type->field_count(); ++i) layout->fields.push_back(BuildField(type, type->field(i)));
    return layout;
  }

  FieldLayout BuildField(const Descriptor* type, const FieldDescriptor* field) {
    FieldLayout layout{field, TagsOf(type->options().map_entry() ? field->name() : WireName(field))};
    if (field->is_repeated()) layout.element = TagsOf(field->is_map() ? "entry" : ListElement(field));
    if (!IsScalar(field)) layout.structure = Build(field->message_type());
    if (const auto* values = field->enum_type()) {
      for (int i = 0; i < values->value_count(); ++i) {
        layout.enum_texts.try_emplace(values->value(i)->number(), EnumWire(values->value(i)));
      }
    }
    return layout;
  }

  std::mutex mu_;
  std::unordered_map<const Descriptor*, std::unique_ptr<Layout>> all_;
};

const Layout& LayoutOf(const Descriptor* type) {
  static auto& layouts = *new Layouts;
  return layouts.Of(type);
}

void AppendDigits(unsigned value, int digits, std::string* out) {
  char text[8];
  for (int i = digits - 1; i >= 0; --i, value /= 10) text[i] = static_cast<char>('0' + value % 10);
  out->append(text, digits);
}

// "2016-12-22T16:27:56.088Z"
void AppendTimestamp(const Timestamp& timestamp, std::string* out) {
  using namespace std::chrono;
  const sys_seconds time{seconds(timestamp.seconds())};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const auto in_day = static_cast<unsigned>((time - day).count());
  AppendDigits(static_cast<unsigned>(static_cast<int>(date.year())), 4, out);
  *out += '-';
  AppendDigits(static_cast<unsigned>(date.month()), 2, out);
  *out += '-';
  AppendDigits(static_cast<unsigned>(date.day()), 2, out);
  *out += 'T';
  AppendDigits(in_day / 3600, 2, out);
  *out += ':';
  AppendDigits(in_day / 60 % 60, 2, out);
  *out += ':';
  AppendDigits(in_day % 60, 2, out);
  *out += '.';
  AppendDigits(static_cast<unsigned>(timestamp.nanos() / 1'000'000), 3, out);
  *out += 'Z';
}

template <typename Number>
void AppendNumber(Number value, std::string* out) {
  const fmt::format_int text(value);
  out->append(text.data(), text.size());
}

// `index` picks the element of a list; -1: not a list.
void AppendScalar(const Message& message, const FieldLayout& layout, int index, std::string* out) {
  const Reflection* get = message.GetReflection();
  const FieldDescriptor* field = layout.field;
  const bool many = index >= 0;
  std::string scratch;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return AppendXmlText(many ? get->GetRepeatedStringReference(message, field, index, &scratch)
                                : get->GetStringReference(message, field, &scratch),
                           out);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto text = layout.enum_texts.find(many ? get->GetRepeatedEnumValue(message, field, index)
                                                    : get->GetEnumValue(message, field));
      if (text != layout.enum_texts.end()) AppendXmlText(text->second, out);
      return;
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      out->append((many ? get->GetRepeatedBool(message, field, index) : get->GetBool(message, field)) ? "true" : "false");
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      return AppendNumber(many ? get->GetRepeatedInt32(message, field, index) : get->GetInt32(message, field), out);
    case FieldDescriptor::CPPTYPE_INT64:
      return AppendNumber(many ? get->GetRepeatedInt64(message, field, index) : get->GetInt64(message, field), out);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return AppendTimestamp(static_cast<const Timestamp&>(many ? get->GetRepeatedMessage(message, field, index)
                                                                : get->GetMessage(message, field)),
                             out);
    default:
      out->append(ScalarText(message, field, many ? index : 0));
  }
}

// Returns whether anything is set, empty lists not counted.
bool AppendMembers(const Message& message, const Layout& layout, std::string* out);

void AppendStructure(const Message& value, const Layout& layout, const Tags& tags, std::string* out) {
  const size_t start = out->size();
  out->append(tags.open);
  if (AppendMembers(value, layout, out)) {
    out->append(tags.close);
  } else {
    out->resize(start);
    out->append(tags.empty);
  }
}

void AppendValue(const Message& message, const FieldLayout& layout, int index, const Tags& tags, std::string* out) {
  if (layout.structure != nullptr) {
    const Reflection* get = message.GetReflection();
    return AppendStructure(index >= 0 ? get->GetRepeatedMessage(message, layout.field, index)
                                      : get->GetMessage(message, layout.field),
                           *layout.structure, tags, out);
  }
  out->append(tags.open);
  AppendScalar(message, layout, index, out);
  out->append(tags.close);
}

void AppendList(const Message& message, const FieldLayout& layout, int size, std::string* out) {
  if (size == 0) {
    out->append(layout.tags.empty);
    return;
  }
  out->append(layout.tags.open);
  for (int i = 0; i < size; ++i) AppendValue(message, layout, i, layout.element, out);
  out->append(layout.tags.close);
}

bool AppendMembers(const Message& message, const Layout& layout, std::string* out) {
  const Reflection* get = message.GetReflection();
  bool set = false;
  for (const FieldLayout& member : layout.fields) {
    if (member.field->is_repeated()) {
      const int size = get->FieldSize(message, member.field);
      AppendList(message, member, size, out);
      set |= size > 0;
    } else if (get->HasField(message, member.field)) {
      AppendValue(message, member, -1, member.tags, out);
      set = true;
    }
  }
  return set;
}

void AppendElement(std::string_view name, std::string_view text, std::string* out) {
  out->append("<").append(name).append(">");
  AppendXmlText(text, out);
  out->append("</").append(name).append(">");
}

}  // namespace

void AppendXmlMembers(const Message& message, std::string* out) {
  AppendMembers(message, LayoutOf(message.GetDescriptor()), out);
}

std::string XmlReply(const Operation& operation, std::string_view xml_namespace, const Message& response,
                     std::string_view request_id) {
  std::string out;
  out.reserve(1024);
  out.append("<").append(operation.name).append("Response xmlns=\"");
  AppendXmlText(xml_namespace, &out);
  out.append("\">");
  if (operation.HasResult()) {
    out.append("<").append(operation.name).append("Result>");
    AppendXmlMembers(response, &out);
    out.append("</").append(operation.name).append("Result>");
  }
  out.append("<ResponseMetadata>");
  AppendElement("RequestId", request_id, &out);
  out.append("</ResponseMetadata></").append(operation.name).append("Response>");
  return out;
}

std::string XmlError(const Status& status, std::string_view xml_namespace, std::string_view request_id) {
  const FaultCode code = ReportedFault(status);
  return XmlErrorEnvelope(FaultHttpStatus(code), FaultWire(code), {status.message().data(), status.message().size()},
                          xml_namespace, request_id);
}

std::string XmlErrorEnvelope(int http_status, std::string_view code, std::string_view message, std::string_view xml_namespace,
                             std::string_view request_id) {
  std::string out = "<ErrorResponse xmlns=\"";
  AppendXmlText(xml_namespace, &out);
  out.append("\"><Error>");
  AppendElement("Type", http_status < 500 ? "Sender" : "Receiver", &out);
  AppendElement("Code", code, &out);
  AppendElement("Message", message, &out);
  out.append("</Error>");
  AppendElement("RequestId", request_id, &out);
  out.append("</ErrorResponse>");
  return out;
}

}  // namespace elastilab
