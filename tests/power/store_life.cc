#include "tests/power/store_life.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <mutex>
#include <random>
#include <semaphore>
#include <thread>
#include <utility>

#include "common/fault_point.h"

namespace elastilab::power {
namespace {

constexpr int kClients = 8;
constexpr int kThreads = 4;
constexpr int kCommitsPerFailure = 8;
constexpr size_t kOpenedAsInProduction = 8;  // one in so many

bool SameEvents(const State& a, const State& b) {
  return std::equal(a.events.begin(), a.events.end(), b.events.begin(), b.events.end(),
                    [](const auto& x, const auto& y) { return *x == *y; });
}

// The first kind in which they differ; empty: they are equal in every field of every record.
std::string Difference(const State& a, const State& b) {
  std::string where = SameEvents(a, b) ? "" : "events";
  int kind = 0;
  ForEachKind([&]<typename T>() {
    ++kind;
    const bool same =
        std::equal(a.table<T>().begin(), a.table<T>().end(), b.table<T>().begin(), b.table<T>().end(),
                   [](const auto& x, const auto& y) { return x.first == y.first && *x.second == *y.second; });
    if (!same && where.empty()) where = fmt::format("kind {} of ForEachKind", kind);
  });
  return where;
}

std::string Difference(const World& expected, const World& found) {
  for (const auto& [name, stamp] : expected.records) {
    const auto it = found.records.find(name);
    if (it == found.records.end()) return fmt::format("{} of call {} is gone", name, stamp);
    if (it->second != stamp) return fmt::format("{} is of call {} instead of {}", name, it->second, stamp);
  }
  for (const auto& [name, stamp] : found.records) {
    if (!expected.records.contains(name)) return fmt::format("{} of call {} should not be there", name, stamp);
  }
  for (int64_t event : expected.events) {
    if (!found.events.contains(event)) return fmt::format("event {} is gone", event);
  }
  for (int64_t event : found.events) {
    if (!expected.events.contains(event)) return fmt::format("event {} should not be there", event);
  }
  return "";
}

std::string DatabaseIn(const std::string& directory) { return directory + "/elastilab.db"; }

}  // namespace

// Makes the calls.
class Life::Load {
 public:
  Load(Store& store, Life& life) : store_(store), life_(life), random_(life.options_.seed) {}

  void Run() {
    if (!life_.options_.durable) return OneByOne();
    if (life_.options_.threads) return FromThreads();
    InBatches();
  }

 private:
  void OneByOne() {
    for (int i = 0; i < life_.options_.calls; ++i) {
      const int client = static_cast<int>(random_() % kClients);
      Answer(client, store_.Mutate(Next(client)));
    }
  }

  void FromThreads() {
    std::vector<std::thread> threads;
    for (int client = 0; client < kThreads; ++client) {
      threads.emplace_back([this, client] {
        for (int i = 0; i < life_.options_.calls / kThreads; ++i) Answer(client, store_.Mutate(Next(client)));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  // The writer takes what waits. It is kept waiting in the first mutation of a batch until the whole next batch is
  // queued, so that batches are what the seed says; the clients of even and odd batches take turns.
  void InBatches() {
    Hold([](Draft&) { return absl::OkStatus(); }, [](const Status&) {});
    for (int left = life_.options_.calls, batch = 0; left > 0; ++batch) {
      running_.acquire();  // it runs the batch before this; the one before that is answered
      const int size = std::min<int>(left, 1 + static_cast<int>(random_() % (kClients / 2)));
      MaybeFail();
      for (int i = 0; i < size; ++i) {
        const int client = batch % 2 * (kClients / 2) + i;
        const auto answer = [this, client](const Status& status) { Answer(client, status); };
        if (i == 0)
          Hold(Next(client), answer);
        else
          store_.MutateAsync(Next(client), answer);
      }
      left -= size;
      gate_.release();
    }
    running_.acquire();
    gate_.release();
    store_.Mutate([](Draft&) { return absl::OkStatus(); }).IgnoreError();  // all before it are answered
  }

  void Hold(Mutation mutation, std::function<void(const Status&)> answer) {
    store_.MutateAsync(
        [this, mutation](Draft& draft) {
          running_.release();
          gate_.acquire();
          return mutation(draft);
        },
        answer);
  }

  Mutation Next(int client) {
    std::lock_guard lock(mu_);
    if (life_.options_.threads || !life_.options_.durable) MaybeFail();
    return life_.clients_->Next(client, random_, life_.log_.Position());
  }

  void Answer(int client, const Status& status) {
    std::lock_guard lock(mu_);
    life_.clients_->Answer(client, status, life_.log_.Position());
  }

  // A commit that fails makes the store put its log into the database, and start it over.
  void MaybeFail() {
    if (random_() % kCommitsPerFailure == 0) ArmFaultPoint("store.before_commit", FaultKind::kError);
  }

  Store& store_;
  Life& life_;
  std::mt19937_64 random_;
  std::mutex mu_;
  std::binary_semaphore running_{0};  // the writer is in the first mutation of a batch
  std::binary_semaphore gate_{0};     // and may go on
};

StatusOr<std::unique_ptr<Life>> Life::Live(const std::string& directory, const LifeOptions& options, Floor floor) {
  std::unique_ptr<Life> life(new Life(options, floor));
  const Status status = life->Record(directory);
  DisarmFaultPoints();
  if (!status.ok()) return status;
  return life;
}

Status Life::Record(const std::string& directory) {
  const DiskRecorder recorder(std::filesystem::canonical(directory).string(), log_, options_.recorder);
  first_position_ = log_.Position();
  StoreOptions store_options;
  store_options.durable = options_.durable;
  ASSIGN_OR_RETURN(const auto store, OpenStore(DatabaseIn(directory), store_options));
  before_ = store->Read([](const State& state) { return WorldOf(state); });
  clients_ = std::make_unique<Clients>(kClients, options_.number, before_);
  Publish(*store, first_position_);
  store->OnChange([&](const Change&) { Publish(*store, log_.Position()); });
  Load(*store, *this).Run();
  return absl::OkStatus();
}

void Life::Publish(const Store& store, size_t position) {
  Published next{.position = position, .state = store.Read([](const State& state) { return state; })};
  next.last_event = published_.empty() ? floor_.event : published_.back().last_event;
  if (!next.state.events.empty()) next.last_event = std::max(next.last_event, next.state.events.back()->seq);
  published_.push_back(std::move(next));
}

Status Life::Check(const std::string& directory, size_t position, Floor* next) const {
  // Mostly without a writer thread, which costs more than all else here and has no part in what is found.
  StoreOptions options;
  options.durable = position % kOpenedAsInProduction == 0;
  ASSIGN_OR_RETURN(const auto store, OpenStore(DatabaseIn(directory), options));

  // As the callers remember it.
  const World found = store->Read([](const State& state) { return WorldOf(state); });
  const World expected = Expected(before_, clients_->calls(), position, found);
  if (const std::string what = Difference(expected, found); !what.empty()) return absl::DataLossError(what);

  // As it could be read: the last commit that was told, or the one after it; in every field.
  const auto after = std::upper_bound(published_.begin(), published_.end(), position,
                                      [](size_t p, const Published& published) { return p < published.position; });
  const Published& told = *std::prev(after);
  const auto differs = [&](const Published& published) {
    return store->Read([&](const State& state) { return Difference(published.state, state); });
  };
  if (const std::string what = differs(told);
      !what.empty() && (after == published_.end() || !differs(*after).empty())) {
    return absl::DataLossError(fmt::format("{} differ from what could be read", what));
  }

  Floor floor{.id = floor_.id, .event = std::max(floor_.event, told.last_event)};
  for (const Call& call : clients_->calls()) {
    // A call whose commit failed changed nothing, and nobody was told its ids.
    const bool told_ids = call.answered <= position && call.outcome != absl::StatusCode::kUnavailable;
    if (told_ids) floor.id = std::max(floor.id, call.largest_id);
  }
  if (next != nullptr) *next = floor;

  int64_t id = 0;
  RETURN_IF_ERROR(store->Mutate([&](Draft& draft) {
    id = draft.NextId();
    Event event;
    event.message = "after the power cut";
    draft.Emit(std::move(event));
    return absl::OkStatus();
  }));
  const int64_t event = store->Read([](const State& state) { return state.events.back()->seq; });
  if (id <= floor.id) return absl::DataLossError(fmt::format("id {} was given before, up to {}", id, floor.id));
  if (event <= floor.event) {
    return absl::DataLossError(fmt::format("event number {} was given before, up to {}", event, floor.event));
  }
  return absl::OkStatus();
}

}  // namespace elastilab::power
