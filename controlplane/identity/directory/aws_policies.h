// The policies that AWS itself keeps (arn:aws:iam::aws:policy/…) and that say something about this lab, with the contents,
// versions, ids and times of AWS's own. They are in every account and nobody can change them.
#pragma once

#include <string_view>
#include <vector>

#include "controlplane/region/model/identities.h"

namespace elastilab {

// In order of their names.
const std::vector<ManagedPolicy>& AwsManagedPolicies();
// Null when there is none of that name.
const ManagedPolicy* FindAwsManagedPolicy(std::string_view name);

}  // namespace elastilab
