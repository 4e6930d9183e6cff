#include "cli/commands/yaml_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/client/exit_code.h"

namespace elastilab {
namespace {

using ::testing::HasSubstr;

// As JSON, or the error.
std::string Read(const std::string& yaml) {
  const auto json = YamlToJson(yaml);
  EXPECT_TRUE(json.ok() || IsUsageError(json.status()));
  return json.ok() ? *json : std::string(json.status().message());
}

TEST(YamlInputTest, BlocksFlowAndJson) {
  EXPECT_EQ(Read("Id: a  # not this\nTags:\n- Key: k\n  Value: v\n- {Key: l, Value: w}\n"),
            R"({"Id":"a","Tags":[{"Key":"k","Value":"v"},{"Key":"l","Value":"w"}]})");
  EXPECT_EQ(Read(R"({"Id": "a", "Ports": [1, 2], "Sub": {}})"), R"({"Id":"a","Ports":[1,2],"Sub":{}})");
  EXPECT_EQ(Read("Text: |\n  one\n  two\nFolded: >-\n  one\n  two\n"), R"({"Text":"one\ntwo\n","Folded":"one two"})");
  EXPECT_EQ(Read("A: &x {Key: k}\nB: *x\n"), R"({"A":{"Key":"k"},"B":{"Key":"k"}})");
  EXPECT_EQ(Read("[&x 1, *x, &x 2, *x]"), "[1,1,2,2]");
  EXPECT_EQ(Read("zoë: \"\\u263a\"\n"), "{\"zoë\":\"☺\"}");
}

TEST(YamlInputTest, PlainWordsHaveTypesAndQuotedOnesAreText) {
  EXPECT_EQ(Read("[true, False, null, ~, 12, -7, +3, 0x1f, 0o17, 1_000, 0001]"),
            "[true,false,null,null,12,-7,3,31,15,1000,1]");
  EXPECT_EQ(Read("[1.5, -.5, 1e3, +2.0, 1.]"), "[1.5,-0.5,1000.0,2.0,1.0]");
  EXPECT_EQ(Read("['true', \"12\", '', '1.5', !!str 12]"), R"(["true","12","","1.5","12"])");
  EXPECT_EQ(Read("[yes, no, on, y, 1.2.3, e3, ., -, _1, 0x, 127.0.0.1, 12a, 1:30, 18446744073709551616]"),
            R"(["yes","no","on","y","1.2.3","e3",".","-","_1","0x","127.0.0.1","12a","1:30",1.8446744073709552e+19])")
      << "YAML 1.2 knows no other booleans";
  EXPECT_EQ(Read("[2024-03-01, 2024-03-01T10:00:00Z]"), R"(["2024-03-01","2024-03-01T10:00:00Z"])") << "times are text";
  EXPECT_EQ(Read("!!int '12'"), "12");
}

TEST(YamlInputTest, WhatIsNoRequestIsRefusedWithTheLine) {
  EXPECT_THAT(Read("Id: a\nTags: [\n"), HasSubstr("Cannot read the YAML: line 3: "));
  EXPECT_THAT(Read("a: b: c"), HasSubstr("line 1: mapping values are not allowed"));
  EXPECT_THAT(Read("Id: a\nId: b\n"), HasSubstr("line 2: 'Id' is given twice"));
  EXPECT_THAT(Read("? [a]\n: b\n"), HasSubstr("a name must be a word"));
  EXPECT_THAT(Read("a: &x {b: c}\nd:\n  <<: *x\n"), HasSubstr("line 3: merge keys"));
  EXPECT_THAT(Read("a: !secret b"), HasSubstr("unknown tag !secret"));
  EXPECT_THAT(Read("a: !!python/object:os.system b"), HasSubstr("unknown tag"));
  EXPECT_THAT(Read("a: !!set {b, c}"), HasSubstr("unknown tag"));
  EXPECT_THAT(Read("a: .inf"), HasSubstr(".inf is no number here"));
  EXPECT_THAT(Read("a: *nobody"), HasSubstr("*nobody stands for nothing"));
  EXPECT_THAT(Read(""), HasSubstr("it is empty"));
  EXPECT_THAT(Read("# nothing\n"), HasSubstr("it is empty"));
  EXPECT_THAT(Read("a: b\n---\nc: d\n"), HasSubstr("line 2: another document begins"));
  EXPECT_THAT(Read("a: b\n}"), HasSubstr("line 2: "));
}

TEST(YamlInputTest, HostileTextEnds) {
  EXPECT_THAT(Read("a: &x\n  b: *x\n"), HasSubstr("no &x is complete"));
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) laughs += "*a" + std::to_string(i - 1) + ", ";
    laughs += "]\n";
  }
  EXPECT_THAT(Read(laughs), HasSubstr("more than 100000 values"));
  EXPECT_THAT(Read(std::string(200, '[') + std::string(200, ']')), HasSubstr("more than 64 levels"));
  EXPECT_THAT(Read(std::string(1'000'000, '[')), HasSubstr("more than 64 levels"));
  EXPECT_THAT(Read(std::string("a: \0b", 5)), HasSubstr("Cannot read the YAML"));
  EXPECT_THAT(Read("a: \xff\xfe\xfd"), HasSubstr("Cannot read the YAML"));
}

}  // namespace
}  // namespace elastilab
