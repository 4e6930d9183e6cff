// Reserved nodes: paid for a term. They change what nodes would cost, not what runs.
#pragma once

#include <chrono>
#include <string_view>

#include "controlplane/region/model/records.h"

namespace elastilab {

// How long a payment takes, in service time.
inline constexpr std::chrono::seconds kPaymentTakes{60};

// "payment-pending", then "active" until the term is over, then "retired". The state is no fact of its own: it follows
// from the service's clock, so turning that makes a reservation end.
std::string_view ReservedNodeState(const ReservedNode& node, ServiceTime now);

}  // namespace elastilab
