#include "controlplane/region/catalog/reserved_offerings.h"

#include <fmt/format.h>

#include <cmath>
#include <unordered_map>

#include "common/secret.h"
#include "controlplane/region/catalog/catalog.h"

namespace elastilab {
namespace {

using std::chrono::hours;

struct Plan {
  int years;
  const char* type;
  double share;    // of what the term costs on demand
  double upfront;  // share of that which is paid at once
};
// AWS's documents show: cache.t3.small, 1 year, No Upfront 0.023/h; the same, Partial Upfront 97 and 0.011/h;
// cache.m6g.large, 3 years, All Upfront 1758. The other three are between these.
constexpr Plan kPlans[] = {
    {1, "No Upfront", 0.68, 0}, {1, "Partial Upfront", 0.65, 0.5}, {1, "All Upfront", 0.63, 1},
    {3, "No Upfront", 0.49, 0}, {3, "Partial Upfront", 0.46, 0.5}, {3, "All Upfront", 0.449, 1},
};

// The digits of a hash in the dress of a UUID.
std::string OfferingId(const std::string& what) {
  const std::string digits = Sha256Hex("reserved cache node offering: " + what);
  return fmt::format("{}-{}-5{}-8{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 3),
                     digits.substr(15, 3), digits.substr(18, 12));
}

ReservedOffering Offer(const NodeType& type, Engine engine, double on_demand, const Plan& plan) {
  const hours term(plan.years * 365 * 24);
  const double total = on_demand * static_cast<double>(term.count()) * plan.share;
  ReservedOffering offering;
  offering.node_type = type.name;
  offering.product = Text(engine);
  offering.offering_type = plan.type;
  offering.term = term;
  offering.fixed_price = std::round(total * plan.upfront);
  offering.hourly_price = std::round(total * (1 - plan.upfront) / static_cast<double>(term.count()) * 1000) / 1000;
  offering.id = OfferingId(fmt::format("{} {} {} {}", type.name, offering.product, plan.years, plan.type));
  return offering;
}

std::vector<ReservedOffering> Build() {
  std::vector<ReservedOffering> offerings;
  for (const NodeType& type : NodeTypes()) {
    if (!type.creatable) continue;
    for (const Engine engine : {Engine::kMemcached, Engine::kRedis, Engine::kValkey}) {
      const double on_demand = DollarsPerHour(type, engine);
      if (on_demand == 0) continue;
      for (const Plan& plan : kPlans) offerings.push_back(Offer(type, engine, on_demand, plan));
    }
  }
  return offerings;
}

}  // namespace

const std::vector<ReservedOffering>& ReservedOfferings() {
  static const auto& offerings = *new std::vector<ReservedOffering>(Build());
  return offerings;
}

const ReservedOffering* FindReservedOffering(std::string_view id) {
  static const auto& by_id = *[] {
    auto* built = new std::unordered_map<std::string_view, const ReservedOffering*>;
    for (const ReservedOffering& offering : ReservedOfferings()) built->emplace(offering.id, &offering);
    return built;
  }();
  const auto found = by_id.find(id);
  return found == by_id.end() ? nullptr : found->second;
}

}  // namespace elastilab
