// One life of a store under load, from its opening to its close, with all that its disk was told; and the questions
// that a store opened after a power cut must answer.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/status.h"
#include "controlplane/region/store/store.h"
#include "tests/power/clients.h"
#include "tests/power/disk_log.h"
#include "tests/power/disk_recorder.h"

namespace elastilab::power {

struct LifeOptions {
  uint64_t seed = 1;
  int number = 0;  // of the life; keeps names apart
  int calls = 120;
  // Clients of their own threads, as the faces are. Without: one thread makes the same calls in batches whose
  // composition follows from the seed, so that a failing cut can be had again.
  bool threads = false;
  bool durable = true;  // false: PRAGMA synchronous = OFF, and one call at a time
  RecorderOptions recorder = {};
};

// The store as all could see it after one commit, and where its disk stood when the commit was told.
struct Published {
  size_t position = 0;
  State state;
  int64_t last_event = 0;  // the largest number ever given
};

// The numbers that must never be given again.
struct Floor {
  int64_t id = 0;
  int64_t event = 0;
};

class Life {
 public:
  // Lives in `directory`, on what lies there. `floor`: of the lives before.
  static StatusOr<std::unique_ptr<Life>> Live(const std::string& directory, const LifeOptions& options, Floor floor);

  const std::vector<DiskRecord>& records() const { return log_.records(); }
  size_t first_position() const { return first_position_; }
  size_t last_position() const { return log_.records().size(); }

  // What is wrong with the store in `directory`, where the power went at `position`; OK: nothing. Writes to it.
  // With `next`, the floor for a life that goes on from there. Thread-safe.
  Status Check(const std::string& directory, size_t position, Floor* next = nullptr) const;

 private:
  class Load;

  Life(const LifeOptions& options, Floor floor) : options_(options), floor_(floor) {}
  Status Record(const std::string& directory);
  void Publish(const Store& store, size_t position);

  const LifeOptions options_;
  const Floor floor_;
  DiskLog log_;
  size_t first_position_ = 0;
  World before_;
  std::unique_ptr<Clients> clients_;
  std::vector<Published> published_;  // the first is what was there when the store was opened
};

}  // namespace elastilab::power
