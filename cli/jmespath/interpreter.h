// Walks an expression's tree over a document. Internal to jmespath/.
#pragma once

#include "cli/jmespath/ast.h"
#include "cli/jmespath/functions.h"
#include "common/status.h"

namespace elastilab::jmespath {

// The result can share parts of the document, which therefore has to live on with it. Errors know their place.
StatusOr<Value> Interpret(const Node& root, const nlohmann::ordered_json& document, size_t max_work);

}  // namespace elastilab::jmespath
