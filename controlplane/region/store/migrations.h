// The schema, as numbered steps. `PRAGMA user_version` says how many a database has seen.
//
// To change the schema, append a step to migrations.cc and never touch the ones that have been released.
#pragma once

#include "common/status.h"
#include "controlplane/region/store/sqlite.h"

namespace elastilab {

// What this program knows.
int SchemaVersion();

// "ElaL": tells our files from other programs' databases (PRAGMA application_id).
constexpr int64_t kApplicationId = 0x456c614c;

// Runs the steps that are missing, each in a transaction of its own with its user_version. A crash in between is
// continued by the next call. Fault point: store.migrate, before each commit.
Status Migrate(Connection& connection);

}  // namespace elastilab
