#include "controlplane/services/elasticache/reserved_nodes.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/time_text.h"
#include "controlplane/region/catalog/reserved_offerings.h"
#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/common_attributes.h"
#include "controlplane/services/elasticache/handlers.h"
#include "controlplane/services/elasticache/provision.h"
#include "controlplane/services/elasticache/replies.h"
#include "proto/elasticache/v1/reserved_nodes.pb.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

using std::chrono::seconds;

constexpr int kMaxNodes = 300;
constexpr size_t kMaxReservationId = 63;
constexpr seconds kYear = std::chrono::hours(365 * 24);
// The last three are those of old; nothing is offered under them.
constexpr std::string_view kOfferingTypes[] = {"No Upfront",        "Partial Upfront",    "All Upfront",
                                               "Light Utilization", "Medium Utilization", "Heavy Utilization"};

// What both listings filter by.
struct OfferingFilter {
  std::string offering_id;
  std::string node_type;
  std::optional<seconds> term;
  std::string product;
  std::string offering_type;

  bool Holds(std::string_view id, std::string_view type, seconds length, std::string_view engine,
             std::string_view paid) const {
    return (offering_id.empty() || offering_id == id) && (node_type.empty() || node_type == type) &&
           (!term || *term == length) && (product.empty() || product == engine) &&
           (offering_type.empty() || offering_type == paid);
  }
};

StatusOr<std::optional<seconds>> ReadDuration(const std::string& text) {
  if (text.empty()) return std::optional<seconds>();
  for (const int years : {1, 3}) {
    const std::string iso = fmt::format("P{}Y", years);  // as Terraform's data source says it
    if (text == std::to_string(years) || text == std::to_string(years * kYear.count()) || text == iso) {
      return std::optional(years * kYear);
    }
  }
  return InvalidParameterValue(
      fmt::format("The Duration '{}' is none of 1, 3 (years), 31536000, 94608000 (seconds), P1Y, P3Y.", text));
}

template <typename Request>
StatusOr<OfferingFilter> ReadFilter(const Request& request) {
  OfferingFilter filter;
  filter.offering_id = request.reserved_cache_nodes_offering_id();
  filter.node_type = request.cache_node_type();
  ASSIGN_OR_RETURN(filter.term, ReadDuration(request.duration()));
  filter.product = LowerCase(request.product_description());
  filter.offering_type = request.offering_type();
  const bool known =
      std::find(std::begin(kOfferingTypes), std::end(kOfferingTypes), filter.offering_type) != std::end(kOfferingTypes);
  if (!filter.offering_type.empty() && !known) {
    return InvalidParameterValue(
        fmt::format("The OfferingType '{}' is none of those there are: No Upfront, Partial Upfront, All "
                    "Upfront, and of old Light, Medium and Heavy Utilization.",
                    filter.offering_type));
  }
  return filter;
}

template <typename Message>
void FillCharge(double hourly, Message& out) {
  auto* charge = out.add_recurring_charges();
  charge->set_recurring_charge_amount(hourly);
  charge->set_recurring_charge_frequency("Hourly");
}

void FillOffering(const ReservedOffering& offering, v1::ReservedCacheNodesOffering& out) {
  out.set_reserved_cache_nodes_offering_id(offering.id);
  out.set_cache_node_type(offering.node_type);
  out.set_duration(static_cast<int32_t>(offering.term.count()));
  out.set_fixed_price(offering.fixed_price);
  out.set_usage_price(0);
  out.set_product_description(offering.product);
  out.set_offering_type(offering.offering_type);
  FillCharge(offering.hourly_price, out);
}

void FillReservation(const ReservedNode& node, ServiceTime now, const Region& region, v1::ReservedCacheNode& out) {
  out.set_reserved_cache_node_id(node.id);
  out.set_reserved_cache_nodes_offering_id(node.offering_id);
  out.set_cache_node_type(node.node_type);
  FillTimestamp(node.bought_at, *out.mutable_start_time());
  out.set_duration(static_cast<int32_t>(node.seconds));
  out.set_fixed_price(node.fixed_price);
  out.set_usage_price(0);
  out.set_cache_node_count(node.count);
  out.set_product_description(node.product);
  out.set_offering_type(node.offering_type);
  out.set_state(std::string(ReservedNodeState(node, now)));
  FillCharge(node.hourly_price, out);
  out.set_reservation_arn(Arn(region.location, "reserved-instance", node.id));
}

ReservedNode Reserve(const ReservedOffering& offering, int count, ServiceTime now) {
  ReservedNode node;
  node.offering_id = offering.id;
  node.node_type = offering.node_type;
  node.product = offering.product;
  node.offering_type = offering.offering_type;
  node.seconds = offering.term.count();
  node.fixed_price = offering.fixed_price;
  node.hourly_price = offering.hourly_price;
  node.count = count;
  node.bought_at = now;
  return node;
}

// "ri-2017-03-27-08-33-25-582": the time, or the next that is free.
std::string FreeReservationId(const Draft& draft, ServiceTime now) {
  for (ServiceTime time = now;; time += milliseconds(1)) {
    std::string id = "ri-" + FormatIso8601(time);
    id.pop_back();
    std::replace_if(
        id.begin(), id.end(), [](char c) { return c == 'T' || c == ':' || c == '.'; }, '-');
    if (draft.Find<ReservedNode>(id) == nullptr) return id;
  }
}

Status CheckQuota(const Draft& draft, int more, ServiceTime now) {
  int held = 0;
  for (const ReservedNode* node : draft.All<ReservedNode>()) {
    if (ReservedNodeState(*node, now) != "retired") held += node->count;
  }
  return more > kMaxNodes - held ? ReservedCacheNodeQuotaExceeded(kMaxNodes) : absl::OkStatus();
}

}  // namespace

std::string_view ReservedNodeState(const ReservedNode& node, ServiceTime now) {
  if (now < node.bought_at + kPaymentTakes) return "payment-pending";
  return now < node.bought_at + seconds(node.seconds) ? "active" : "retired";
}

// The catalog never changes, so a marker is the id of the last offering that was given out.
Status DescribeReservedCacheNodesOfferings(RequestContext&,
                                           const v1::DescribeReservedCacheNodesOfferingsRequest& request,
                                           v1::DescribeReservedCacheNodesOfferingsResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  ASSIGN_OR_RETURN(const OfferingFilter filter, ReadFilter(request));
  if (!filter.offering_id.empty() && FindReservedOffering(filter.offering_id) == nullptr) {
    return ReservedCacheNodesOfferingNotFound(filter.offering_id);
  }
  const ReservedOffering* next = ReservedOfferings().data();
  const ReservedOffering* end = next + ReservedOfferings().size();
  if (page.after) {
    next = FindReservedOffering(*page.after);
    if (next++ == nullptr) return InvalidMarker();
  }
  for (; next != end; ++next) {
    if (!filter.Holds(next->id, next->node_type, next->term, next->product, next->offering_type)) continue;
    if (response.reserved_cache_nodes_offerings_size() == page.limit) {
      response.set_marker(
          MarkerFor(page.listing, response.reserved_cache_nodes_offerings(page.limit - 1).reserved_cache_nodes_offering_id()));
      break;
    }
    FillOffering(*next, *response.add_reserved_cache_nodes_offerings());
  }
  return absl::OkStatus();
}

Status PurchaseReservedCacheNodesOffering(RequestContext& context,
                                          const v1::PurchaseReservedCacheNodesOfferingRequest& request,
                                          v1::PurchaseReservedCacheNodesOfferingResponse& response) {
  const ReservedOffering* offering = FindReservedOffering(request.reserved_cache_nodes_offering_id());
  if (offering == nullptr) return ReservedCacheNodesOfferingNotFound(request.reserved_cache_nodes_offering_id());
  const int count = request.has_cache_node_count() ? request.cache_node_count() : 1;
  if (count < 1) return InvalidParameterValue(fmt::format("CacheNodeCount {} is less than 1.", count));
  ReservedNode wish = Reserve(*offering, count, context.now);
  if (!request.reserved_cache_node_id().empty()) {
    ASSIGN_OR_RETURN(wish.id,
                     CheckIdentifier("ReservedCacheNodeId", request.reserved_cache_node_id(), kMaxReservationId));
  }
  const auto purchase = [&](Draft& draft) -> StatusOr<ReservedNode> {
    ReservedNode node = wish;
    if (node.id.empty()) node.id = FreeReservationId(draft, context.now);
    if (draft.Find<ReservedNode>(node.id) != nullptr) return ReservedCacheNodeAlreadyExists(node.id);
    RETURN_IF_ERROR(CheckQuota(draft, count, context.now));
    draft.Put(node);
    RETURN_IF_ERROR(
        PutTags(draft, Arn(context.region.location, "reserved-instance", node.id), ReadTags(request.tags())));
    return node;
  };
  ASSIGN_OR_RETURN(const ReservedNode node, context.region.store.Mutate(purchase));
  FillReservation(node, context.now, context.region, *response.mutable_reserved_cache_node());
  return absl::OkStatus();
}

Status DescribeReservedCacheNodes(RequestContext& context, const v1::DescribeReservedCacheNodesRequest& request,
                                  v1::DescribeReservedCacheNodesResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  ASSIGN_OR_RETURN(const OfferingFilter filter, ReadFilter(request));
  return context.region.store.Read([&](const State& state) -> Status {
    const auto keep = [&](const ReservedNode& node) {
      return filter.Holds(node.offering_id, node.node_type, seconds(node.seconds), node.product, node.offering_type);
    };
    const auto add = [&](const ReservedNode& node) {
      FillReservation(node, context.now, context.region, *response.add_reserved_cache_nodes());
    };
    if (!request.reserved_cache_node_id().empty()) {
      const auto* node = state.Find<ReservedNode>(LowerCase(request.reserved_cache_node_id()));
      if (node == nullptr) return ReservedCacheNodeNotFound(request.reserved_cache_node_id());
      if (keep(*node)) add(*node);
      return absl::OkStatus();
    }
    const std::string marker = FillPage<ReservedNode>(state.reserved_nodes, nullptr, page, keep, add);
    if (!marker.empty()) response.set_marker(marker);
    return absl::OkStatus();
  });
}

void AddReservedNodeHandlers(HandlerTable& table) {
  table["DescribeReservedCacheNodesOfferings"] = Typed(DescribeReservedCacheNodesOfferings);
  table["PurchaseReservedCacheNodesOffering"] = Typed(PurchaseReservedCacheNodesOffering);
  table["DescribeReservedCacheNodes"] = Typed(DescribeReservedCacheNodes);
}

}  // namespace elastilab
