// How record_json.cc's field lists pick their record, const or not.
#pragma once

#include <concepts>
#include <type_traits>

namespace elastilab {

template <typename T, typename Record>
concept Is = std::same_as<std::remove_const_t<T>, Record>;

}  // namespace elastilab
