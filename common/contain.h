// Where work of others is run that must not take the program down: an exception ends there and becomes a status.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <string>

#include "common/status.h"

namespace elastilab {

// What `work` returns, or Internal with the words of what it threw.
template <typename Work>
Status Contain(Work&& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("an internal error: {}", error.what()));
  } catch (...) {
    return absl::InternalError("an internal error of unknown kind");
  }
}

}  // namespace elastilab
