#include "dataplane/engine/proc_text.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace elastilab {
namespace {

std::string ReadProc(int64_t pid, const char* file) {
  std::ifstream in(fmt::format("/proc/{}/{}", pid, file), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

int64_t ProcessStartTicks(int64_t pid) {
  constexpr int kField = 22;
  const std::string stat = ReadProc(pid, "stat");
  const size_t after_name = stat.rfind(')');  // the name may hold anything, spaces and brackets too
  if (after_name == std::string::npos) return 0;
  std::istringstream fields(stat.substr(after_name + 1));
  std::string skipped;
  for (int field = 3; field < kField; ++field) fields >> skipped;
  int64_t ticks = 0;
  fields >> ticks;
  return ticks;
}

std::vector<std::string> ProcessArguments(int64_t pid) {
  const std::string text = ReadProc(pid, "cmdline");
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, '\0');) words.push_back(word);
  return words;
}

}  // namespace elastilab
