// The operations of STS, by their AWS names.
#pragma once

#include "controlplane/identity/directory/directory.h"
#include "controlplane/services/call/context.h"

namespace elastilab {

// `directory` outlives the table.
HandlerTable StsHandlers(const Directory& directory);

}  // namespace elastilab
