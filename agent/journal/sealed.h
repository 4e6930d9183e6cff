// Text with its own fingerprint, so that what was cut short or garbled is known for what it is and never read as
// something else.
//
//   sealed 5d41402abc4b2a76b9719d911017c592…
//   <the text>
#pragma once

#include <string>

#include "common/status.h"

namespace elastilab {

std::string Seal(const std::string& text);
// DataLoss when it isn't what was sealed.
StatusOr<std::string> Unseal(const std::string& sealed);

}  // namespace elastilab
