#include "controlplane/faults/common_faults.h"

#include <fmt/format.h>

#include "schema/fault.h"

namespace elastilab {

namespace v1 = elasticache::v1;

Status InvalidValue(std::string text) { return MakeFault(v1::INVALID_PARAMETER_VALUE, std::move(text)); }
Status InvalidCombination(std::string text) { return MakeFault(v1::INVALID_PARAMETER_COMBINATION, std::move(text)); }

Status MissingParameter(std::string_view parameter) {
  return InvalidValue(fmt::format("The parameter {} must be provided and must not be blank.", parameter));
}

Status InvalidIdentifier(std::string_view parameter) {
  return InvalidValue(fmt::format(
      "The parameter {} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII "
      "letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.",
      parameter));
}

Status IdentifierTooLong(std::string_view parameter, size_t limit) {
  return InvalidValue(fmt::format("{} should be no more than {} characters.", parameter, limit));
}

Status ValueOutOfRange(std::string_view parameter, int64_t value, int64_t lowest, int64_t highest) {
  return InvalidValue(fmt::format("Invalid value {} for {}: it must be between {} and {}.", value, parameter, lowest, highest));
}

Status TooLong(std::string_view parameter, size_t limit) {
  return InvalidValue(fmt::format("The parameter {} must have at most {} characters.", parameter, limit));
}

Status InvalidMarker(std::string_view marker) {
  return InvalidValue(fmt::format("The marker '{}' is not one that this operation gave out.", marker));
}

Status MaxRecordsOutOfRange(int value, int lowest, int highest) {
  return ValueOutOfRange("MaxRecords", value, lowest, highest);
}

Status NoModificationsRequested() { return InvalidCombination("No modifications were requested"); }

Status NotServedYet(std::string_view what) {
  return InvalidValue(fmt::format("{} is part of the API but not served by this version of ElastiLab yet: leave it out.", what));
}

Status OperationNotServedYet(std::string_view operation) {
  return MakeFault(v1::INVALID_ACTION,
                   fmt::format("{} is part of the API but not served by this version of ElastiLab yet.", operation));
}

Status UnknownOperation(std::string_view operation) {
  return MakeFault(v1::INVALID_ACTION, fmt::format("Could not find operation {} for version 2015-02-02.", operation));
}

Status MaintenanceWindowMalformed(std::string_view window) {
  return InvalidValue(fmt::format(
      "Invalid maintenance window format '{}': give ddd:hh24:mi-ddd:hh24:mi in UTC, for example sun:05:00-sun:06:00.", window));
}

Status MaintenanceWindowLength(std::string_view window) {
  return InvalidValue(
      fmt::format("The maintenance window '{}' must be at least 60 minutes and at most 24 hours.", window));
}

Status SnapshotWindowMalformed(std::string_view window) {
  return InvalidValue(
      fmt::format("Invalid snapshot window format '{}': give hh24:mi-hh24:mi in UTC, for example 05:00-06:00.", window));
}

Status SnapshotWindowTooShort() { return InvalidValue("Snapshot window must be at least 60 minutes."); }

Status WindowsOverlap(std::string_view maintenance, std::string_view snapshot) {
  return InvalidValue(fmt::format(
      "The snapshot window and maintenance window must not overlap. Snapshots are daily at {}; maintenance is at {}.", snapshot,
      maintenance));
}

}  // namespace elastilab
