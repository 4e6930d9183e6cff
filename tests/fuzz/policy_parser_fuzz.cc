// A policy document from anyone: parsed whole or refused with a short message that names the place. First byte: what
// kind of policy ('0' to '3'), the rest is its text.
#include <algorithm>
#include <string>

#include "controlplane/identity/policy/evaluate.h"
#include "controlplane/identity/policy/quota.h"
#include "schema/fault.h"
#include "tests/fuzz/fuzz_target.h"

namespace elastilab {
namespace {

bool InOrder(const TextPosition& a, const TextPosition& b) {
  return a.line < b.line || (a.line == b.line && a.column <= b.column);
}

void CheckRefusal(const Status& status) {
  FUZZ_CHECK(FaultOf(status) == elasticache::v1::MALFORMED_POLICY_DOCUMENT);
  const std::string message(status.message());
  FUZZ_CHECK(message.size() < 2'000 && message.find("(line ") != std::string::npos);
  FUZZ_CHECK(std::none_of(message.begin(), message.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

void Run(FuzzInput input) {
  const auto kind = static_cast<PolicyKind>(input.Byte() % 4);
  const std::string_view text = input.Rest();
  FUZZ_CHECK(PolicySize(text) <= text.size());
  const auto document = ParsePolicyDocument(text, kind);
  if (!document.ok()) return CheckRefusal(document.status());
  FUZZ_CHECK(!document->statements.empty());
  TextPosition before;
  for (const PolicyStatement& statement : document->statements) {
    FUZZ_CHECK(!statement.actions.empty());
    FUZZ_CHECK(statement.resources.empty() == (kind == PolicyKind::kTrust));
    FUZZ_CHECK(statement.principals.empty() == (kind != PolicyKind::kTrust));
    FUZZ_CHECK(InOrder(before, statement.start) && InOrder(statement.start, statement.end));
    FUZZ_CHECK(InOrder(statement.end, statement.simulator_end));
    before = statement.end;
  }
  const auto keys = ContextKeysOf({&*document});
  FUZZ_CHECK(std::is_sorted(keys.begin(), keys.end(), [](const std::string& a, const std::string& b) {
    return ToLowerAscii(a) < ToLowerAscii(b);
  }));
  FUZZ_CHECK(CompilePolicy(*document) != nullptr);
}

}  // namespace
}  // namespace elastilab

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  elastilab::Run({data, size});
  return 0;
}
