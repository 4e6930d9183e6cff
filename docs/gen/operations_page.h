// docs/operations.md: which operations of the API this version serves. Made from the schema and the handlers, so that
// it cannot be wrong; tests/unit/docs fails when the page in the tree is another.
#pragma once

#include <string>

#include "controlplane/services/call/context.h"

namespace elastilab {

// The command that brings the page up to date, from the root of the tree.
inline constexpr char kWriteOperationsPage[] =
    "cmake --build --preset dev --target operations_page && build/dev/bin/operations_page > docs/operations.md";

// The whole page, as Markdown.
std::string OperationsPage(const HandlerTable& served);

}  // namespace elastilab
