// The operations that are served. Each handler is named as the API names its operation and lives in the file of its
// noun.
#pragma once

#include "controlplane/api/context.h"

namespace elastilab {

HandlerTable ElastiCacheHandlers();

}  // namespace elastilab
