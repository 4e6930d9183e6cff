// Status plumbing shared by all folders: absl::Status and absl::StatusOr carry errors, these macros pass them on.
//
// Debian's absl has its own string_view type, so text is made with fmt::format and handed to absl as std::string.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elastilab {

using absl::Status;
using absl::StatusOr;

}  // namespace elastilab

#define EL_CONCAT_INNER(a, b) a##b
#define EL_CONCAT(a, b) EL_CONCAT_INNER(a, b)

// Returns from the calling function when `expr` (a Status) is not OK.
#define RETURN_IF_ERROR(expr)                    \
  do {                                           \
    ::absl::Status el_status = (expr);           \
    if (!el_status.ok()) return el_status;       \
  } while (false)

// ASSIGN_OR_RETURN(auto value, Compute()): binds the value or returns the error.
#define ASSIGN_OR_RETURN(lhs, expr) ASSIGN_OR_RETURN_IMPL(EL_CONCAT(el_status_or_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL(var, lhs, expr) \
  auto var = (expr);                          \
  if (!var.ok()) return var.status();         \
  lhs = std::move(var).value()
