#include "cli/commands/event_feed.h"

#include <algorithm>

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

constexpr int kFourteenDays = 20'160;  // minutes, the most that the service keeps

int64_t MicrosOf(const google::protobuf::Timestamp& time) { return time.seconds() * 1'000'000 + time.nanos() / 1'000; }

}  // namespace

bool EventFeed::Concerns(const std::string& source) const {
  return id_.empty() || source == id_ || source.starts_with(id_ + "-");
}

StatusOr<std::vector<v1::Event>> EventFeed::Next(Context& context) {
  v1::DescribeEventsRequest request;
  if (from_.seconds() > 0) {
    *request.mutable_start_time() = from_;
  } else {
    request.set_duration(kFourteenDays);
  }
  std::vector<v1::Event> events;
  do {
    ASSIGN_OR_RETURN(const auto page,
                     ApiCall<v1::DescribeEventsResponse>(context.rpc(), "Events/DescribeEvents", request));
    events.insert(events.end(), page.events().begin(), page.events().end());
    request.set_marker(page.marker());
  } while (!request.marker().empty());
  std::reverse(events.begin(), events.end());

  std::multiset<Key> before = seen_;
  std::vector<v1::Event> fresh;
  for (const v1::Event& event : events) {
    const Key key{event.source_identifier(), event.message(), MicrosOf(event.date())};
    if (auto known = before.find(key); known != before.end()) {
      before.erase(known);
      continue;
    }
    if (key.micros > MicrosOf(from_)) {
      from_ = event.date();
      std::erase_if(seen_, [&](const Key& old) { return old.micros < key.micros; });
    }
    seen_.insert(key);
    if (Concerns(event.source_identifier())) fresh.push_back(event);
  }
  return fresh;
}

}  // namespace elastilab
