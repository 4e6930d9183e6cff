#include "schema/fault.h"

#include <google/protobuf/descriptor.h>

#include <unordered_map>
#include <utility>

#include "absl/strings/cord.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

struct FaultTable {
  std::unordered_map<int, v1::FaultInfo> by_code;
  std::unordered_map<std::string_view, FaultCode> by_wire;
};

const FaultTable& Table() {
  static const FaultTable& table = *[] {
    auto* built = new FaultTable;
    const auto* codes = v1::FaultCode_descriptor();
    for (int i = 0; i < codes->value_count(); ++i) {
      const auto* value = codes->value(i);
      if (!value->options().HasExtension(v1::fault)) continue;
      auto [entry, _] = built->by_code.emplace(value->number(), value->options().GetExtension(v1::fault));
      built->by_wire.emplace(entry->second.code(), static_cast<FaultCode>(value->number()));
    }
    return built;
  }();
  return table;
}

// A number that is no fault reads as InternalFailure.
const v1::FaultInfo& Info(FaultCode code) {
  const auto& faults = Table().by_code;
  auto found = faults.find(code);
  return found != faults.end() ? found->second : faults.at(v1::INTERNAL_FAILURE);
}

}  // namespace

Status MakeFault(FaultCode code, std::string message) {
  Status status(FaultStatusCode(code), message);
  status.SetPayload(kFaultTypeUrl, absl::Cord(Info(code).code()));
  return status;
}

std::optional<FaultCode> FaultOf(const Status& status) {
  auto payload = status.GetPayload(kFaultTypeUrl);
  if (!payload.has_value()) return std::nullopt;
  return FaultFromWire(std::string(*payload));
}

FaultCode ReportedFault(const Status& status) {
  if (auto fault = FaultOf(status)) return *fault;
  return status.code() == absl::StatusCode::kUnavailable ? v1::SERVICE_UNAVAILABLE : v1::INTERNAL_FAILURE;
}

std::string_view FaultWire(FaultCode code) { return Info(code).code(); }

std::optional<FaultCode> FaultFromWire(std::string_view wire_code) {
  const auto& faults = Table().by_wire;
  auto found = faults.find(wire_code);
  if (found == faults.end()) return std::nullopt;
  return found->second;
}

int FaultHttpStatus(FaultCode code) { return Info(code).http(); }

absl::StatusCode FaultStatusCode(FaultCode code) { return static_cast<absl::StatusCode>(Info(code).status()); }

}  // namespace elastilab
