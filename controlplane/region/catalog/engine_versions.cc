// The engine versions on offer. From shared/reference/defaults.md section 1; patch levels of versions that users name
// by MAJOR.MINOR are those the service reports, as far as they are known.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "controlplane/region/catalog/catalog.h"

namespace elastilab {
namespace {

struct Row {
  Engine engine;
  const char* short_version;
  const char* full_version;
  const char* family;
  bool is_default = false;
};

constexpr Engine kR = Engine::kRedis;
constexpr Engine kV = Engine::kValkey;
constexpr Engine kM = Engine::kMemcached;

// clang-format off
constexpr Row kRows[] = {
    {kM, "1.4.5",  "1.4.5",  "memcached1.4"},
    {kM, "1.4.14", "1.4.14", "memcached1.4"},
    {kM, "1.4.24", "1.4.24", "memcached1.4"},
    {kM, "1.4.33", "1.4.33", "memcached1.4"},
    {kM, "1.4.34", "1.4.34", "memcached1.4"},
    {kM, "1.5.10", "1.5.10", "memcached1.5"},
    {kM, "1.5.16", "1.5.16", "memcached1.5"},
    {kM, "1.6.6",  "1.6.6",  "memcached1.6"},
    {kM, "1.6.12", "1.6.12", "memcached1.6"},
    {kM, "1.6.17", "1.6.17", "memcached1.6"},
    {kM, "1.6.22", "1.6.22", "memcached1.6", true},
    {kR, "2.6.13", "2.6.13", "redis2.6"},
    {kR, "2.8.6",  "2.8.6",  "redis2.8"},
    {kR, "2.8.19", "2.8.19", "redis2.8"},
    {kR, "2.8.21", "2.8.21", "redis2.8"},
    {kR, "2.8.22", "2.8.22", "redis2.8"},
    {kR, "2.8.23", "2.8.23", "redis2.8"},
    {kR, "2.8.24", "2.8.24", "redis2.8"},
    {kR, "3.2.4",  "3.2.4",  "redis3.2"},
    {kR, "3.2.6",  "3.2.6",  "redis3.2"},
    {kR, "3.2.10", "3.2.10", "redis3.2"},
    {kR, "4.0.10", "4.0.10", "redis4.0"},
    {kR, "5.0.0",  "5.0.0",  "redis5.0"},
    {kR, "5.0.3",  "5.0.3",  "redis5.0"},
    {kR, "5.0.4",  "5.0.4",  "redis5.0"},
    {kR, "5.0.5",  "5.0.5",  "redis5.0"},
    {kR, "5.0.6",  "5.0.6",  "redis5.0"},
    {kR, "6.0",    "6.0.5",  "redis6.x"},
    {kR, "6.2",    "6.2.6",  "redis6.x"},
    {kR, "7.0",    "7.0.7",  "redis7"},
    {kR, "7.1",    "7.1.0",  "redis7", true},
    {kV, "7.2",    "7.2.6",  "valkey7"},
    {kV, "8.0",    "8.0.1",  "valkey8"},
    {kV, "8.1",    "8.1.0",  "valkey8"},
    {kV, "8.2",    "8.2.0",  "valkey8", true},
    {kV, "9.0",    "9.0.0",  "valkey9"},
    {kV, "9.1",    "9.1.0",  "valkey9"},
};
// clang-format on

struct EngineWords {
  const char* description;
  const char* in_version_description;
};

EngineWords WordsFor(Engine engine) {
  switch (engine) {
    case Engine::kRedis:
      return {"Redis", "redis"};
    case Engine::kValkey:
      return {"Valkey", "valkey"};
    case Engine::kMemcached:
      return {"memcached", "memcached"};
  }
  return {"", ""};
}

std::vector<EngineVersion> BuildEngineVersions() {
  std::vector<EngineVersion> versions;
  versions.reserve(std::size(kRows));
  for (const Row& row : kRows) {
    const EngineWords words = WordsFor(row.engine);
    versions.push_back(
        {.engine = row.engine,
         .short_version = row.short_version,
         .full_version = row.full_version,
         .family = row.family,
         .description = words.description,
         .version_description = fmt::format("{} version {}", words.in_version_description, row.full_version),
         .is_default = row.is_default});
  }
  return versions;
}

// Takes the number before the next dot off `version`; 0 when there is none.
int64_t TakeNumber(std::string_view& version) {
  int64_t number = 0;
  const auto dot = version.find('.');
  const std::string_view part = version.substr(0, dot);
  std::from_chars(part.data(), part.data() + part.size(), number);
  version = dot == std::string_view::npos ? std::string_view() : version.substr(dot + 1);
  return number;
}

template <typename Matches>
const EngineVersion* FindIf(Engine engine, Matches matches) {
  for (const EngineVersion& v : EngineVersions()) {
    if (v.engine == engine && matches(v)) return &v;
  }
  return nullptr;
}

}  // namespace

const std::vector<EngineVersion>& EngineVersions() {
  static const auto& versions = *new std::vector<EngineVersion>(BuildEngineVersions());
  return versions;
}

const EngineVersion& DefaultEngineVersion(Engine engine) {
  return *FindIf(engine, [](const EngineVersion& v) { return v.is_default; });
}

std::optional<EngineVersion> FindEngineVersion(Engine engine, std::string_view asked) {
  if (engine == Engine::kRedis && asked == "6.x") asked = "6.2";
  const EngineVersion* found = FindIf(engine, [&](const EngineVersion& v) { return v.short_version == asked; });
  if (found == nullptr) return std::nullopt;
  return *found;
}

const EngineVersion* FindFullEngineVersion(Engine engine, std::string_view full_version) {
  return FindIf(engine, [&](const EngineVersion& v) { return v.full_version == full_version; });
}

std::optional<std::string> IsTooSpecific(Engine engine, std::string_view asked) {
  const auto first_dot = asked.find('.');
  if (engine == Engine::kMemcached || first_dot == std::string_view::npos) return std::nullopt;
  const auto second_dot = asked.find('.', first_dot + 1);
  if (second_dot == std::string_view::npos) return std::nullopt;
  const std::string_view wanted = asked.substr(0, second_dot);
  const EngineVersion* found = FindIf(engine, [&](const EngineVersion& v) { return v.short_version == wanted; });
  if (found == nullptr) return std::nullopt;
  return found->short_version;
}

int CompareVersions(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const int64_t left = TakeNumber(a);
    const int64_t right = TakeNumber(b);
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

}  // namespace elastilab
