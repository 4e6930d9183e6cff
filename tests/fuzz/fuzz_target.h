// What the sources of a fuzz target share. A target defines
//
//   extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
//
// returns 0, keeps nothing between calls, and says FUZZ_CHECK for what must hold whatever the input is. Crashes,
// sanitizer reports, FUZZ_CHECKs that fail, more than 10 s or 512 MB for an input are findings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// Stops the run, in any build, when `condition` does not hold.
#define FUZZ_CHECK(condition)                                                             \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace elastilab {

// Takes an input apart. Inputs stay readable, so that a corpus can be written by hand: fields are lines, and what is
// missing is empty.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  // The next byte; 0 at the end.
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  // What comes before the next `end`, which is dropped; everything when there is none.
  std::string_view Until(char end) {
    const std::string_view field = rest_.substr(0, rest_.find(end));
    rest_.remove_prefix(field.size() == rest_.size() ? field.size() : field.size() + 1);
    return field;
  }
  std::string_view Line() { return Until('\n'); }
  std::string_view Rest() { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace elastilab
