// How often and how long. The defaults are the product's; tests shorten some.
#pragma once

#include <chrono>

namespace elastilab {

struct SupervisorTiming {
  using milliseconds = std::chrono::milliseconds;

  milliseconds start_deadline{30'000};  // from spawn to the first answer
  milliseconds busy_interval{5};        // between pings while starting, queries while a link is awaited
  milliseconds busy_for{3'000};         // after that long, waiting is no hurry any more
  milliseconds ping_interval{100};      // settled; also between queries of a link that takes long
  milliseconds ping_timeout{100};
  milliseconds query_interval{1'000};   // settled
  milliseconds query_timeout{250};
  milliseconds apply_timeout{2'000};
  milliseconds apply_retry{100};
  milliseconds stop_patience{10'000};   // for the answer to an orderly stop; then it is asked for again
  milliseconds stop_retry{1'000};       // after a refusal
  milliseconds term_patience{2'000};    // then SIGKILL
};

}  // namespace elastilab
