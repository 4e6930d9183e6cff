// The rows of `list-clusters`: groups and the clusters outside of groups, in one list.
#pragma once

#include <string>

#include "cli/commands/context.h"

namespace elastilab {

StatusOr<std::string> RenderClusterList(Context& context, OutputFormat format);

// All ids that a user can name, for completion: groups, then clusters with the groups' members.
StatusOr<std::vector<std::string>> ClusterIds(Context& context);

}  // namespace elastilab
