#include "schema/json.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <cctype>
#include <chrono>
#include <nlohmann/json.hpp>

#include "schema/bind.h"
#include "schema/fault.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

constexpr int kMaxDepth = 32;

// Python's isoformat() of an aware datetime, which is what the aws CLI prints: no fraction when it is zero.
std::string IsoWithOffset(const Timestamp& timestamp) {
  const std::chrono::sys_seconds seconds{std::chrono::seconds(timestamp.seconds())};
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(seconds - day);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 time.hours().count(), time.minutes().count(), time.seconds().count());
  if (const int micros = timestamp.nanos() / 1000; micros != 0) text += fmt::format(".{:06}", micros);
  return text + "+00:00";
}

class JsonPrinter {
 public:
  explicit JsonPrinter(const JsonStyle& style) : style_(style) {}

  void PrintMessage(const Message& message) {
    Open('{');
    const auto* descriptor = message.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      if (!IsPrinted(message, field)) continue;
      NextItem();
      PrintName(WireName(field));
      out_ += ": ";
      PrintField(message, field);
    }
    Close('}');
  }

  std::string Take() { return std::move(out_); }

 private:
  bool IsPrinted(const Message& message, const FieldDescriptor* field) const {
    const auto* reflection = message.GetReflection();
    if (field->is_repeated()) return style_.empty_lists || reflection->FieldSize(message, field) > 0;
    if (field->has_presence() || field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      return reflection->HasField(message, field);
    }
    return true;
  }

  void PrintName(std::string name) {
    if (style_.lower_first) name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    out_ += JsonQuote(name);
  }

  void PrintField(const Message& message, const FieldDescriptor* field) {
    if (!field->is_repeated()) return PrintValue(message, field, 0);
    Open('[');
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
      NextItem();
      PrintValue(message, field, i);
    }
    Close(']');
  }

  void PrintValue(const Message& message, const FieldDescriptor* field, int index) {
    if (IsSensitive(field) && style_.secret != nullptr) {
      out_ += JsonQuote(style_.secret);
      return;
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return PrintStructure(message, field, index);
      case FieldDescriptor::CPPTYPE_STRING:
      case FieldDescriptor::CPPTYPE_ENUM:
        out_ += JsonQuote(ScalarText(message, field, index));
        return;
      default:
        out_ += ScalarText(message, field, index);
    }
  }

  void PrintStructure(const Message& message, const FieldDescriptor* field, int index) {
    const auto* reflection = message.GetReflection();
    const Message& value = field->is_repeated() ? reflection->GetRepeatedMessage(message, field, index)
                                                : reflection->GetMessage(message, field);
    if (IsTimestamp(value.GetDescriptor())) {
      out_ += JsonQuote(IsoWithOffset(static_cast<const Timestamp&>(value)));
    } else {
      PrintMessage(value);
    }
  }

  void Open(char bracket) {
    out_ += bracket;
    ++depth_;
    first_ = true;
  }

  void NextItem() {
    if (!first_) out_ += style_.indent > 0 ? "," : ", ";
    first_ = false;
    NewLine();
  }

  void Close(char bracket) {
    --depth_;
    if (!first_) NewLine();
    first_ = false;
    out_ += bracket;
  }

  void NewLine() {
    if (style_.indent == 0) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(depth_) * style_.indent, ' ');
  }

  JsonStyle style_;
  std::string out_;
  int depth_ = 0;
  bool first_ = true;  // nothing printed yet inside the innermost bracket
};

StatusOr<nlohmann::json> ParseJson(std::string_view text) {
  bool too_deep = false;
  const auto limit_depth = [&too_deep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  nlohmann::json tree = nlohmann::json::parse(text, limit_depth, /*allow_exceptions=*/false);
  if (too_deep) {
    return MakeFault(elasticache::v1::INVALID_PARAMETER_VALUE,
                     fmt::format("The JSON text has more than {} levels.", kMaxDepth));
  }
  if (tree.is_discarded()) {
    return MakeFault(elasticache::v1::INVALID_PARAMETER_VALUE, "The text is not valid JSON.");
  }
  return tree;
}

}  // namespace

std::string ToAwsJson(const Message& message, const JsonStyle& style) {
  JsonPrinter printer(style);
  printer.PrintMessage(message);
  return printer.Take();
}

Status FromAwsJson(std::string_view text, Message* message) {
  ASSIGN_OR_RETURN(const nlohmann::json tree, ParseJson(text));
  return BindMessage(tree, BindMode::kTyped, "", message);
}

Status FieldFromAwsJson(std::string_view text, const FieldDescriptor* field, Message* message) {
  ASSIGN_OR_RETURN(const nlohmann::json tree, ParseJson(text));
  return BindField(tree, BindMode::kTyped, WireName(field), field, message);
}

std::string JsonQuote(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

}  // namespace elastilab
