// The generated table behind field_help.h. Constant data: costs nothing at start.
#pragma once

#include <cstddef>

namespace elastilab {

struct FieldHelpRow {
  const char* name;
  const char* text;
};

extern const FieldHelpRow kFieldHelp[];
extern const std::size_t kFieldHelpSize;

}  // namespace elastilab
