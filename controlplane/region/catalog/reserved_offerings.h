// What can be reserved: every node type that can be created, for each engine, for one or three years, paid in three
// ways. A pure table; the ids are the same in every lab and every run.
//
// The prices are ILLUSTRATIVE: the on-demand price (defaults.md section 4) times a discount per term and way of paying
// that was fitted to the few offerings which AWS's own documents show (cache.t3.small, cache.m6g.large). Good for
// exercises in comparing, not for a budget.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace elastilab {

struct ReservedOffering {
  std::string id;               // like a UUID
  std::string node_type;        // "cache.t4g.micro"
  std::string product;          // "memcached", "redis", "valkey"
  std::string offering_type;    // "No Upfront", "Partial Upfront", "All Upfront"
  std::chrono::seconds term{};  // of 365-day years
  double fixed_price = 0;       // dollars, once
  double hourly_price = 0;      // dollars, for every hour of the term
};

// In order of node type, product, term and way of paying.
const std::vector<ReservedOffering>& ReservedOfferings();
// Null when unknown.
const ReservedOffering* FindReservedOffering(std::string_view id);

}  // namespace elastilab
