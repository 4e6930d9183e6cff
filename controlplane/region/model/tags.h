// Labels on resources.
#pragma once

#include <string>
#include <vector>

namespace elastilab {

struct Tag {
  std::string key;
  std::string value;
  bool operator==(const Tag&) const = default;
};

// All tags of one resource.
struct TagSet {
  std::string arn;
  std::vector<Tag> tags;  // in the order they were added
  bool operator==(const TagSet&) const = default;
};

}  // namespace elastilab
