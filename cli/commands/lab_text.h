// What the lab's own commands print.
#pragma once

#include <string>
#include <vector>

#include "cli/lab/doctor.h"
#include "cli/lab/settings.h"
#include "cli/output/style.h"

namespace elastilab::admin::v1 {
class GetLabResponse;
}

namespace elastilab {

std::string WhereThingsAre(const LabFiles& files, const LabSettings& settings, const Style& style);
std::string LabText(const admin::v1::GetLabResponse& lab, const Style& style);
std::string DoctorText(const std::vector<Check>& checks, const Style& style);
// Lines for `eval`: the endpoint, the default root key, the region; and no session or profile of a real account.
std::string EnvText(const LabFiles& files, const LabSettings& settings, const std::string& shell);

}  // namespace elastilab
