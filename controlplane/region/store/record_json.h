// Stored records as JSON documents, and back.
//
// Members are named like the fields in records.h, times are ISO 8601, enums are the words of the service (or ours where
// the service has one word for two states: "recovering", "none"). What is empty (absent optionals, empty lists, nested
// values at rest) is left out. Reading ignores members it does not know and gives missing ones their default, so that a
// field can be added or dropped without a migration; a word or a type it does not know is an error.
#pragma once

#include <string>
#include <string_view>

#include "common/status.h"
#include "controlplane/region/model/records.h"

namespace elastilab {

// Both exist for every kind of record that has a table in State (state.h).
template <typename T>
std::string ToJson(const T& record);
// DataLoss, saying what is wrong.
template <typename T>
StatusOr<T> FromJson(std::string_view text);

}  // namespace elastilab
