#include "agent/local_plan/node_wish.h"

#include <fmt/format.h>

namespace elastilab {
namespace {

// Length first, so that no two lists of fields look the same.
std::string Framed(const std::string& field) { return fmt::format("{}:{};", field.size(), field); }

}  // namespace

std::string LaunchDigest(const LaunchSpec& l) {
  std::string text = fmt::format("{} {} {} {} {};", l.uid, static_cast<int>(l.family), l.port, l.threads,
                                 l.max_memory_bytes);
  text += Framed(l.name) + Framed(l.version) + Framed(l.address) + Framed(l.shared_address);
  for (const std::string& command : l.withheld_commands) text += Framed(command);
  text += Framed(l.control_password.Reveal()) + Framed(l.replication_password.Reveal());
  return Sha256Hex(text).substr(0, 32);
}

std::string ParametersDigest(const LaunchSpec& launch) {
  std::string text;
  for (const auto& [name, value] : launch.parameters) text += Framed(name) + Framed(value);
  return Sha256Hex(text).substr(0, 32);
}

}  // namespace elastilab
