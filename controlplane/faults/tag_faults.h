// Faults of tags and of the ARNs they hang on.
#pragma once

#include <string_view>

#include "common/status.h"

namespace elastilab {

Status InvalidArn(std::string_view arn);
Status ArnOfAnotherLab(std::string_view arn, std::string_view region, std::string_view account);
Status TagQuotaExceeded(int limit);
Status TagNotFound(std::string_view key);
// The resource that a well-formed ARN names is not there: each type has its own code. `type` as in the ARN.
Status ResourceNotFound(std::string_view type, std::string_view name);

}  // namespace elastilab
