// Callers of the store who remember what they were told, and what a disk must therefore hold after a power cut.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "controlplane/region/store/store.h"

namespace elastilab::power {

// All there is, as a client would list it: each record's stamp by its name (stamps.h), and the events' stamps.
struct World {
  std::map<std::string, int64_t> records;
  std::set<int64_t> events;
  bool operator==(const World&) const = default;
};

World WorldOf(const State& state);

// One call and what became of it. Positions are those of the disk log.
struct Call {
  int64_t stamp = 0;  // grows with each call
  size_t started = 0;
  size_t answered = SIZE_MAX;  // for ever on its way
  absl::StatusCode outcome = absl::StatusCode::kUnknown;
  // What it does, all or nothing. Nothing of it when it was refused.
  std::map<std::string, int64_t> records = {};  // 0: gone
  std::vector<int64_t> events = {};
  int64_t prune_before = 0;
  int64_t largest_id = 0;  // of those it was given

  void ApplyTo(World& world) const;
};

// Makes the calls of several clients, each with records of its own. A client makes one call at a time.
class Clients {
 public:
  // `world` is what is there already; `life` keeps the names of one life from those of another.
  Clients(int count, int life, const World& world);

  // The next call of `client`, by chance. The mutation fills in the call when it runs, at any time and more than once.
  Mutation Next(int client, std::mt19937_64& random, size_t position);
  // The answer to the client's last call.
  void Answer(int client, const Status& status, size_t position);

  // In the order in which they were made.
  const std::deque<Call>& calls() const { return calls_; }

 private:
  struct Client {
    std::string name;
    Call* last = nullptr;
    std::set<std::string> there = {};  // names of the records that it knows to be there: "kind/key"
  };

  template <typename T>
  Mutation ChangeOne(Client& client, std::mt19937_64& random, Call& call);
  Mutation ChangeGroup(Client& client, std::mt19937_64& random, Call& call);
  int64_t OldestOnItsWay() const;

  std::deque<Client> clients_;
  std::deque<Call> calls_;
  int64_t last_stamp_;
};

// What must be there when the power went at `position`, given what is there: calls on their way may have come through,
// whole or not at all.
World Expected(const World& before, const std::deque<Call>& calls, size_t position, const World& found);

}  // namespace elastilab::power
