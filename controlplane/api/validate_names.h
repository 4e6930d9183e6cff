// Rules for names: shared/reference/validation.md section 1. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "controlplane/model/records.h"

namespace elastilab {

// Ids are matched and stored in lower case.
std::string LowerCase(std::string_view text);

// The id as it is stored.
StatusOr<std::string> ValidateClusterId(std::string_view id);
StatusOr<std::string> ValidateGroupId(std::string_view id);
StatusOr<std::string> ValidateSubnetGroupName(std::string_view name);

// Not blank, at most 255 characters.
Status ValidateDescription(std::string_view parameter, std::string_view text);

inline constexpr int kMaxTags = 50;
// Keys 1–128 characters and different, values up to 256, none with the prefix "aws:", at most 50.
Status ValidateTags(const std::vector<Tag>& tags);

}  // namespace elastilab
