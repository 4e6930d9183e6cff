#include <fmt/format.h>

#include <charconv>

#include "controlplane/region/faults/faults.h"
#include "controlplane/services/call/paging.h"
#include "controlplane/services/elasticache/handlers.h"
#include "controlplane/services/elasticache/identifiers.h"
#include "controlplane/services/elasticache/replies.h"
#include "proto/elasticache/v1/events.pb.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr auto kKept = std::chrono::hours(14 * 24);
constexpr int kMostMinutes = 14 * 24 * 60;

struct Filter {
  ServiceTime from;
  ServiceTime to;
  std::optional<SourceType> type;
  std::string source;

  bool Holds(const Event& event) const {
    return event.at >= from && event.at <= to && (!type || event.source_type == *type) &&
           (source.empty() || event.source_id == source);
  }
};

StatusOr<Filter> ReadFilter(const RequestContext& context, const v1::DescribeEventsRequest& request) {
  Filter filter{context.now - std::chrono::hours(1), context.now + std::chrono::seconds(1), {}, {}};
  if (request.has_duration() && (request.has_start_time() || request.has_end_time())) {
    return InvalidParameterCombination("Give Duration, or StartTime and EndTime, not both.");
  }
  if (request.has_duration()) {
    if (request.duration() < 1 || request.duration() > kMostMinutes) {
      return InvalidParameterValue(
          fmt::format("Duration {} is not between 1 and {} minutes.", request.duration(), kMostMinutes));
    }
    filter.from = context.now - std::chrono::minutes(request.duration());
  }
  if (request.has_end_time()) filter.to = ReadTimestamp(request.end_time());
  if (request.has_start_time()) {
    filter.from = ReadTimestamp(request.start_time());
  } else if (request.has_end_time()) {
    filter.from = filter.to - std::chrono::hours(1);
  }
  if (filter.from > filter.to) return InvalidParameterValue("StartTime is after EndTime.");
  filter.from = std::max<ServiceTime>(filter.from, context.now - kKept);
  if (request.source_type() != v1::SOURCE_TYPE_UNSPECIFIED) {
    const auto* value = v1::SourceType_descriptor()->FindValueByNumber(request.source_type());
    filter.type = ParseSourceType(EnumWire(value));
  }
  filter.source = LowerCase(request.source_identifier());
  return filter;
}

void FillEvent(const Event& event, v1::Event& out) {
  out.set_source_identifier(event.source_id);
  const auto* value = ParseEnumWire(v1::SourceType_descriptor(), Text(event.source_type));
  if (value != nullptr) out.set_source_type(static_cast<v1::SourceType>(value->number()));
  out.set_message(event.message);
  FillTimestamp(event.at, *out.mutable_date());
}

}  // namespace

// Newest first. The marker is the sequence number of the last event given out, so that new events disturb no page.
Status DescribeEvents(RequestContext& context, const v1::DescribeEventsRequest& request,
                      v1::DescribeEventsResponse& response) {
  ASSIGN_OR_RETURN(const Page page, PageOf(request));
  ASSIGN_OR_RETURN(const Filter filter, ReadFilter(context, request));
  int64_t before = INT64_MAX;
  if (page.after) {
    const char* end = page.after->data() + page.after->size();
    if (std::from_chars(page.after->data(), end, before).ptr != end) return InvalidMarker();
  }
  context.region.store.Read([&](const State& state) {
    int64_t last = 0;
    for (auto it = state.events.rbegin(); it != state.events.rend(); ++it) {
      const Event& event = **it;
      if (event.seq >= before || !filter.Holds(event)) continue;
      if (response.events_size() == page.limit) {
        response.set_marker(MarkerFor(page.listing, std::to_string(last)));
        return;
      }
      FillEvent(event, *response.add_events());
      last = event.seq;
    }
  });
  return absl::OkStatus();
}

void AddEventHandlers(HandlerTable& table) { table["DescribeEvents"] = Typed(DescribeEvents); }

}  // namespace elastilab
