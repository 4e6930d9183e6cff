// Our side of jmespath_oracle_test.py. Reads one JSON value per line: {"document": …} is what the expressions after it
// are searched in, "text" is an expression. For each expression prints {"result": …} or {"error": "kind", "text": "…"}.
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/jmespath/jmespath.h"

namespace elastilab {
namespace {

using Json = nlohmann::ordered_json;

Json Judge(const std::string& text, const Json& document) {
  const auto expression = jmespath::Expression::Parse(text);
  const auto found = expression.ok() ? expression->Search(document) : StatusOr<Json>(expression.status());
  if (found.ok()) return {{"result", *found}};
  return {{"error", jmespath::ErrorKind(found.status())}, {"text", std::string(found.status().message())}};
}

}  // namespace
}  // namespace elastilab

int main() {
  nlohmann::ordered_json document;
  for (std::string line; std::getline(std::cin, line);) {
    auto input = nlohmann::ordered_json::parse(line);
    if (input.is_object()) {
      document = std::move(input["document"]);
    } else {
      std::cout << elastilab::Judge(input.get<std::string>(), document).dump() << "\n";
    }
  }
}
