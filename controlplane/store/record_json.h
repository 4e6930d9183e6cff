// Records as the JSON documents of the database: members under their C++ names, enumerations and times as words.
// Unknown members are ignored and missing ones keep their defaults, so that old and new documents can be read.
#pragma once

#include <string>

#include "common/status.h"
#include "controlplane/model/records.h"

namespace elastilab {

template <typename T>
std::string ToJson(const T& record);
// InvalidArgument when `text` is no document of this kind.
template <typename T>
StatusOr<T> FromJson(const std::string& text);

}  // namespace elastilab
