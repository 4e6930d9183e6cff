// JMESPath: the first line is a document, the rest an expression. Whatever it is, it is parsed and searched in bounded
// time, and what is found can be printed.
#include "cli/jmespath/jmespath.h"

#include <nlohmann/json.hpp>

#include "tests/fuzz/fuzz_target.h"

namespace elastilab {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kWork = 50'000;

void CheckError(const Status& status) {
  FUZZ_CHECK(!jmespath::ErrorKind(status).empty());
  const std::string message(status.message());
  FUZZ_CHECK(message.find("\n") != std::string::npos || message.starts_with("the expression is no valid UTF-8"));
  FUZZ_CHECK(!Json(message).dump().empty());  // throws unless it is UTF-8
}

void Run(FuzzInput input) {
  const std::string_view line = input.Line();
  Json document = Json::parse(line.substr(0, 1'000), nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded())
    document = {{"a", {1, "x", {{"b", nullptr}, {"a", {2.5, true}}}}}, {"text", std::string("ü")}};
  const auto expression = jmespath::Expression::Parse(input.Rest());
  if (!expression.ok()) return CheckError(expression.status());
  const auto found = expression->Search(document, kWork);
  if (!found.ok()) return CheckError(found.status());
  FUZZ_CHECK(!found->dump().empty());
}

}  // namespace
}  // namespace elastilab

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  elastilab::Run({data, size});
  return 0;
}
