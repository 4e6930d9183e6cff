// Faults of any resource: bad values, bad combinations, paging. Codes and wording follow shared/reference/validation.md.
#pragma once

#include <string>
#include <string_view>

#include "common/status.h"

namespace elastilab {

// For rules that are told in one place only; the text says which value is wrong and how to put it right.
Status InvalidValue(std::string text);
Status InvalidCombination(std::string text);

Status MissingParameter(std::string_view parameter);
// `parameter` as the service calls it: "CacheClusterIdentifier".
Status InvalidIdentifier(std::string_view parameter);
Status IdentifierTooLong(std::string_view parameter, size_t limit);
Status ValueOutOfRange(std::string_view parameter, int64_t value, int64_t lowest, int64_t highest);
Status TooLong(std::string_view parameter, size_t limit);

Status InvalidMarker(std::string_view marker);
Status MaxRecordsOutOfRange(int value, int lowest, int highest);

// A Modify… call that asks for nothing.
Status NoModificationsRequested();
// A member of the API that this version does not serve: told, rather than silently ignored.
Status NotServedYet(std::string_view what);
// A whole operation likewise, and one that the API does not have.
Status OperationNotServedYet(std::string_view operation);
Status UnknownOperation(std::string_view operation);

Status MaintenanceWindowMalformed(std::string_view window);
Status MaintenanceWindowLength(std::string_view window);
Status SnapshotWindowMalformed(std::string_view window);
Status SnapshotWindowTooShort();
Status WindowsOverlap(std::string_view maintenance, std::string_view snapshot);

}  // namespace elastilab
