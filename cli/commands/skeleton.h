// --generate-cli-skeleton: a message with every member, to be filled in or to see what an answer looks like.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace google::protobuf {
class Descriptor;
}

namespace elastilab {

enum class SkeletonOf {
  kInput,   // text is empty, enums have their first value: what --cli-input-json takes
  kOutput,  // text and enums are the member's name
};

// Lists have one element, numbers are 0, booleans true, times 1970. A structure inside of itself is empty.
nlohmann::ordered_json Skeleton(const google::protobuf::Descriptor* message, SkeletonOf what);

}  // namespace elastilab
