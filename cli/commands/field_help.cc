#include "cli/commands/field_help.h"

#include <algorithm>

#include "cli/commands/field_help_table.h"

namespace elastilab {

std::string FieldHelp(std::string_view full_name) {
  const FieldHelpRow* end = kFieldHelp + kFieldHelpSize;
  const FieldHelpRow* row = std::lower_bound(
      kFieldHelp, end, full_name, [](const FieldHelpRow& r, std::string_view name) { return r.name < name; });
  return row != end && row->name == full_name ? row->text : "";
}

}  // namespace elastilab
