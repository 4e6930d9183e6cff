// How the tables of parameters are written down, and how one family is made from another. Internal to catalog/.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "controlplane/region/catalog/catalog.h"

namespace elastilab {

// Whether and how a user's change of a parameter takes effect.
enum class Change {
  kNow,  // at once
  kAtReboot,
  kNever,        // not modifiable
  kNeverReboot,  // not modifiable, listed as requires-reboot
  kWhileUnused,  // only in a group that no cluster uses yet; requires-reboot
};

struct ParameterRow {
  const char* name;
  const char* default_value;
  const char* data_type;
  const char* allowed_values;
  Change change;
  const char* minimum_engine_version;  // "": that of the family
  const char* description;
};

// A family under construction: starts from a base, then rows come and go.
class FamilyBuilder {
 public:
  FamilyBuilder(std::string_view name, Engine engine, std::string_view minimum_engine_version);
  // Starts from the parameters of `base`; each now needs this family's version at least.
  FamilyBuilder(std::string_view name, Engine engine, std::string_view minimum_engine_version,
                const ParameterFamily& base);

  // A row whose name is there already replaces the old one.
  FamilyBuilder& Add(std::span<const ParameterRow> rows);
  FamilyBuilder& Remove(std::initializer_list<std::string_view> names);
  FamilyBuilder& Rename(std::string_view from, std::string_view to);
  FamilyBuilder& Default(std::string_view name, std::string_view value);
  FamilyBuilder& Allow(std::string_view name, std::string_view allowed_values);
  // In name order.
  ParameterFamily Build();

 private:
  Parameter& Get(std::string_view name);

  ParameterFamily family_;
  std::string minimum_;
};

// In the order of their versions.
std::vector<ParameterFamily> RedisFamilies();
std::vector<ParameterFamily> ValkeyFamilies(const ParameterFamily& redis7);
std::vector<ParameterFamily> MemcachedFamilies();

}  // namespace elastilab
