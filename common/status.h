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

// Returns from the calling function when `expr` (a Status) is not OK. `expr` may hold a lambda that does the same.
#define RETURN_IF_ERROR(expr) RETURN_IF_ERROR_IMPL(EL_CONCAT(el_status_, __COUNTER__), expr)
#define RETURN_IF_ERROR_IMPL(var, expr)  \
  do {                                   \
    ::absl::Status var = (expr);         \
    if (!var.ok()) return var;           \
  } while (false)

// ASSIGN_OR_RETURN(auto value, Compute()): binds the value or returns the error.
#define ASSIGN_OR_RETURN(lhs, expr) ASSIGN_OR_RETURN_IMPL(EL_CONCAT(el_status_or_, __COUNTER__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL(var, lhs, expr) \
  auto var = (expr);                          \
  if (!var.ok()) return var.status();         \
  lhs = std::move(var).value()
