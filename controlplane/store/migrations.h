// The database's schema, brought up to date step by step. `PRAGMA user_version` says where a database is.
#pragma once

#include "controlplane/store/sqlite.h"

namespace elastilab {

// The newest schema that this program knows.
int NewestSchema();

// Each step in a transaction of its own. FailedPrecondition for a database of a newer program.
Status Migrate(Connection& connection, const std::string& path);

}  // namespace elastilab
