// Events of one cluster or of all, oldest first, and the new ones since the last look.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cli/commands/context.h"
#include "proto/elasticache/v1/events.pb.h"

namespace elastilab {

class EventFeed {
 public:
  // Of `id`, and of its members when it is a group; of everything when empty.
  explicit EventFeed(std::string id) : id_(std::move(id)) {}

  // What has come since the last call, of the last 14 days at first.
  StatusOr<std::vector<elasticache::v1::Event>> Next(Context& context);

 private:
  // Events have no id: those of the latest instant are remembered, so that asking from there on repeats none.
  struct Key {
    std::string source;
    std::string message;
    int64_t micros;
    auto operator<=>(const Key&) const = default;
  };

  bool Concerns(const std::string& source) const;

  std::string id_;
  google::protobuf::Timestamp from_;
  std::multiset<Key> seen_;
};

}  // namespace elastilab
