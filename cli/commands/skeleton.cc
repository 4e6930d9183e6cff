#include "cli/commands/skeleton.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Json = nlohmann::ordered_json;

class SkeletonMaker {
 public:
  explicit SkeletonMaker(SkeletonOf what) : what_(what) {}

  Json Structure(const Descriptor* type) {
    Json structure = Json::object();
    if (std::count(open_.begin(), open_.end(), type) > 0) return structure;
    open_.push_back(type);
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      Json value = IsScalar(field) ? Scalar(field) : Structure(field->message_type());
      structure[WireName(field)] = field->is_repeated() ? Json::array({std::move(value)}) : std::move(value);
    }
    open_.pop_back();
    return structure;
  }

 private:
  Json Scalar(const FieldDescriptor* field) const {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return "1970-01-01T00:00:00";
      case FieldDescriptor::CPPTYPE_BOOL:
        return true;
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        return 0.0;
      case FieldDescriptor::CPPTYPE_STRING:
        return Text(field, "");
      case FieldDescriptor::CPPTYPE_ENUM:
        return Text(field, FirstChoice(field));
      default:
        return 0;
    }
  }

  std::string Text(const FieldDescriptor* field, const std::string& in_input) const {
    if (what_ == SkeletonOf::kInput) return in_input;
    return field->is_repeated() ? ListElement(field) : WireName(field);
  }

  static std::string FirstChoice(const FieldDescriptor* field) {
    for (int i = 0; i < field->enum_type()->value_count(); ++i) {
      if (std::string text = EnumWire(field->enum_type()->value(i)); !text.empty()) return text;
    }
    return "";
  }

  const SkeletonOf what_;
  std::vector<const Descriptor*> open_;
};

}  // namespace

Json Skeleton(const Descriptor* message, SkeletonOf what) { return SkeletonMaker(what).Structure(message); }

}  // namespace elastilab
