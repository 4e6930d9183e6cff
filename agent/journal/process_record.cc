#include "agent/journal/process_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

namespace elastilab {
namespace {

constexpr RecordState kStates[] = {RecordState::kIntent, RecordState::kRunning, RecordState::kExited,
                                   RecordState::kStopped};

std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// The one list of fields, for reading and for writing.
template <typename Record, typename Visitor>
void VisitFields(Record& r, Visitor visit) {
  visit("incarnation", r.incarnation);
  visit("fenced", r.fenced);
  visit("pid", r.process.pid);
  visit("start_ticks", r.process.start_ticks);
  visit("boot_id", r.boot_id);
  visit("run_id", r.run_id);
  visit("was_ready", r.was_ready);
  visit("stop_ordered", r.stop_ordered);
  visit("engine_version", r.engine_version);
  visit("launch_digest", r.launch_digest);
  visit("parameters_digest", r.parameters_digest);
  visit("applied_revision", r.applied_revision);
  visit("restarts", r.restarts);
  visit("exit_text", r.exit_text);
  visit("exit_micros", r.exit_micros);
  visit("last_offset", r.last_offset);
  visit("last_offset_micros", r.last_offset_micros);
  visit("last_keys", r.last_keys);
  visit("began_on_files", r.began_on_files);
  visit("task_id", r.task_id);
  visit("task_done", r.task_done);
  visit("task_text", r.task_text);
}

struct Writer {
  std::string& out;
  void operator()(const char* key, int64_t value) const { out += fmt::format("{} {}\n", key, value); }
  void operator()(const char* key, bool value) const { out += fmt::format("{} {}\n", key, value ? 1 : 0); }
  void operator()(const char* key, const std::string& value) const {
    if (!value.empty()) out += fmt::format("{} {}\n", key, OneLine(value));
  }
};

struct Reader {
  const std::string& key;
  const std::string& value;
  bool& ok;

  void operator()(const char* name, std::string& field) const {
    if (key == name) field = value;
  }
  void operator()(const char* name, int64_t& field) const {
    if (key != name) return;
    const char* end = value.data() + value.size();
    const auto result = std::from_chars(value.data(), end, field);
    ok = result.ec == std::errc() && result.ptr == end;
  }
  void operator()(const char* name, bool& field) const {
    if (key != name) return;
    ok = value == "0" || value == "1";
    field = value == "1";
  }
};

std::optional<RecordState> ParseState(const std::string& name) {
  for (RecordState state : kStates) {
    if (name == RecordStateName(state)) return state;
  }
  return std::nullopt;
}

}  // namespace

const char* RecordStateName(RecordState state) {
  switch (state) {
    case RecordState::kIntent: return "intent";
    case RecordState::kRunning: return "running";
    case RecordState::kExited: return "exited";
    case RecordState::kStopped: return "stopped";
  }
  return "?";
}

std::string FormatProcessRecord(const ProcessRecord& record) {
  std::string text = fmt::format("state {}\n", RecordStateName(record.state));
  VisitFields(record, Writer{text});
  return text;
}

StatusOr<ProcessRecord> ParseProcessRecord(const std::string& text) {
  ProcessRecord record;
  bool has_state = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t space = line.find(' ');
    const std::string key = line.substr(0, space);
    const std::string value = space == std::string::npos ? "" : line.substr(space + 1);
    bool ok = true;
    if (key == "state") {
      const auto state = ParseState(value);
      ok = has_state = state.has_value();
      record.state = state.value_or(record.state);
    } else {
      VisitFields(record, Reader{key, value, ok});
    }
    if (!ok) return absl::InvalidArgumentError(fmt::format("process record: '{}' makes no sense", line));
  }
  if (!has_state) return absl::InvalidArgumentError("process record: no state in it");
  return record;
}

}  // namespace elastilab
