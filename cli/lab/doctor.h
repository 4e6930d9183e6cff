// Will a lab run here? Each answer comes with its fix.
#pragma once

#include <string>
#include <vector>

#include "cli/lab/settings.h"

namespace elastilab {

enum class Verdict { kGood, kWarning, kBad };

struct Check {
  Verdict verdict = Verdict::kGood;
  std::string what;    // "redis-server"
  std::string detail;  // "7.0.15, /usr/bin/redis-server"
  std::string fix;     // what to type; empty when all is well
};

// Looks only; starts nothing but `… --version`. With a running lab, its own ports count as good.
std::vector<Check> RunDoctor(const LabFiles& files, const LabSettings& settings);

}  // namespace elastilab
