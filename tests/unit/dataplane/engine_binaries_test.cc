#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/engine/driver.h"
#include "dataplane/engine/version.h"
#include "dataplane/engine/version_text.h"

namespace elastilab {
namespace {

std::vector<EngineBinary> Installed(EngineFamily family, const std::vector<std::string>& versions) {
  std::vector<EngineBinary> binaries = {{EngineFamily::kMemcached, "1.6.18", "/m"}};
  for (const std::string& version : versions) binaries.push_back({family, version, "/" + version});
  return binaries;
}

TEST(ChooseBinaryTest, FitsBest) {
  struct {
    const char* wanted;
    std::vector<std::string> installed;
    const char* chosen;
  } kCases[] = {
      {"7.0.7", {"7.0.15"}, "7.0.15"},
      {"7.0.7", {"6.2.6", "7.0.4", "7.0.15", "7.2.1"}, "7.0.15"},  // same minor, highest patch
      {"6.2", {"5.0.6", "7.0.15", "7.2.1"}, "7.0.15"},             // nearest newer before any older
      {"7.1", {"6.2.6", "7.0.15"}, "7.0.15"},                      // nearest older
      {"6.x", {"6.0.16", "7.0.15"}, "6.0.16"},
      {"5.10", {"5.9.1", "5.11.0"}, "5.11.0"},  // numbers, not text
      {"", {"7.0.15"}, "7.0.15"},
  };
  for (const auto& c : kCases) {
    const auto chosen = ChooseBinary(Installed(EngineFamily::kRedis, c.installed), EngineFamily::kRedis, c.wanted);
    ASSERT_TRUE(chosen.ok());
    EXPECT_EQ(chosen->version, c.chosen) << "for " << c.wanted;
  }
}

TEST(ChooseBinaryTest, NamesThePackageWhenNothingFits) {
  const auto chosen = ChooseBinary(Installed(EngineFamily::kRedis, {"7.0.15"}), EngineFamily::kValkey, "8.0");
  EXPECT_EQ(chosen.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(chosen.status().message()), testing::HasSubstr("valkey-server"));
}

TEST(VersionTextTest, FamilyComesFromTheText) {
  struct {
    const char* text;
    EngineBinary expected;
  } kCases[] = {
      {"Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae\n",
       {EngineFamily::kRedis, "7.0.15", ""}},
      {"Valkey server v=8.1.1 sha=0\n", {EngineFamily::kValkey, "8.1.1", ""}},
      {"memcached 1.6.18\n", {EngineFamily::kMemcached, "1.6.18", ""}},
  };
  for (const auto& c : kCases) EXPECT_EQ(ParseVersionText(c.text), c.expected);
  EXPECT_EQ(ParseVersionText("bash: not found"), std::nullopt);
  EXPECT_EQ(ParseVersionText("memcached \n"), std::nullopt);
}

TEST(EngineVersionTest, Parses) {
  EXPECT_EQ(ProgramVersion::Parse("7.0.15"), (ProgramVersion{7, 0, 15}));
  EXPECT_EQ(ProgramVersion::Parse("6.x"), (ProgramVersion{6, 0, 0}));
  EXPECT_EQ(ProgramVersion::Parse("8"), (ProgramVersion{8, 0, 0}));
  EXPECT_EQ(ProgramVersion::Parse("x"), std::nullopt);
  EXPECT_EQ(ProgramVersion::Parse(""), std::nullopt);
}

TEST(FamilyTest, NamesAreReadBack) {
  for (EngineFamily family : {EngineFamily::kRedis, EngineFamily::kValkey, EngineFamily::kMemcached}) {
    EXPECT_EQ(ParseFamily(FamilyName(family)), family);
  }
  EXPECT_EQ(ParseFamily("oracle"), std::nullopt);
}

}  // namespace
}  // namespace elastilab
