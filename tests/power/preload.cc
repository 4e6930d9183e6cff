// The recorder as a library to preload, for the lab's own programs as they are: every process whose name begins with
// "elastilab" writes what it does below ELASTILAB_POWER_ROOT into ELASTILAB_POWER_LOG. Engines are left alone: what
// they save they write through stdio, which isn't seen (disk_recorder.h).
#include <cerrno>
#include <cstdlib>
#include <string>

#include "tests/power/disk_recorder.h"

namespace elastilab::power {
namespace {

__attribute__((constructor)) void BeginRecording() {
  const char* root = std::getenv("ELASTILAB_POWER_ROOT");
  const char* log = std::getenv("ELASTILAB_POWER_LOG");
  if (root == nullptr || log == nullptr) return;
  if (!std::string(program_invocation_short_name).starts_with("elastilab")) return;
  // For the life of the process: its last calls are made after destructors have run.
  auto* sink = new DiskLogFile(log);
  new DiskRecorder(root, *sink, {.first = sink->empty()});
}

}  // namespace
}  // namespace elastilab::power
