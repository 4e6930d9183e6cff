#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/output/format.h"
#include "cli/output/picture.h"
#include "cli/output/table.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using nlohmann::ordered_json;

const char kTree[] = R"({"Items":[{"Id":"a","On":true,"Tags":[{"Key":"k","Value":"v"}]},{"Id":"b","N":2}],"Marker":"007"})";

std::string Render(const std::string& json, OutputFormat format) {
  return RenderTree(ordered_json::parse(json), format, Style());
}

TEST(FormatTest, Yaml) {
  EXPECT_EQ(Render(kTree, OutputFormat::kYaml),
            "Items:\n- Id: a\n  \"On\": true\n  Tags:\n  - Key: k\n    Value: v\n- Id: b\n  N: 2\nMarker: \"007\"\n");
  EXPECT_EQ(Render(R"({"A":[],"B":"yes","C":"x: y","D":"plain text","E":{}})", OutputFormat::kYaml),
            "A: []\nB: \"yes\"\nC: \"x: y\"\nD: plain text\nE: {}\n");
}

TEST(FormatTest, TextAsTheAwsCliHasIt) {
  EXPECT_EQ(Render(kTree, OutputFormat::kText), "007\nITEMS\ta\t\tTrue\nTAGS\tk\tv\nITEMS\tb\t2\t\n");
  EXPECT_EQ(Render(R"({"Names":["x","y"]})", OutputFormat::kText), "NAMES\tx\nNAMES\ty\n");
}

TEST(FormatTest, WhatQueriesFind) {
  const char matrix[] = R"([["pages","available",3],["demo-001",null,1]])";
  EXPECT_EQ(Render(matrix, OutputFormat::kText), "pages\tavailable\t3\ndemo-001\tNone\t1\n");
  EXPECT_EQ(Render(matrix, OutputFormat::kTable), "pages     available  3\ndemo-001             1\n");
  EXPECT_EQ(Render(R"(["a","b"])", OutputFormat::kText), "a\tb\n");
  EXPECT_EQ(Render("null", OutputFormat::kText), "None\n");
  EXPECT_EQ(Render("null", OutputFormat::kJson), "null\n");
  EXPECT_EQ(Render("null", OutputFormat::kTable), "");
  EXPECT_EQ(Render("\"pages\"", OutputFormat::kText), "pages\n");
  EXPECT_EQ(Render("true", OutputFormat::kText), "True\n");
  EXPECT_EQ(Render("[]", OutputFormat::kText), "");
  EXPECT_EQ(Render("[]", OutputFormat::kJson), "[]\n");
  EXPECT_EQ(Render("{}", OutputFormat::kJson), "") << "as aws prints nothing for it";
  EXPECT_EQ(Render(R"([[["x"],1],"y"])", OutputFormat::kText), "y\n1\nx\n");
}

TEST(FormatTest, TableAndJson) {
  EXPECT_EQ(Render(R"({"Items":[{"Id":"a","N":10},{"Id":"long","N":2}]})", OutputFormat::kTable),
            "Items\n  Id    N\n  a     10\n  long  2\n");
  EXPECT_EQ(Render(R"({"A":1})", OutputFormat::kJson), "{\n    \"A\": 1\n}\n");
  EXPECT_FALSE(ParseOutputFormat("xml").ok());
}

TEST(TableTest, LeavesOutEmptyColumnsAndCountsCharacters) {
  TextTable table({"A", "B", "C"});
  table.Add({"ä", "", "x"});
  table.Add({"bb", "", "y"});
  EXPECT_EQ(table.Text(Style()), "A   C\nä   x\nbb  y\n");
}

TEST(StyleTest, Units) {
  EXPECT_EQ(MicrosText(6'200), "6.2 ms");
  EXPECT_EQ(MicrosText(-1), "–");
  EXPECT_EQ(MicrosText(400'000'000), "6m40s");
  EXPECT_EQ(BytesText(1'536), "1.5 KiB");
  EXPECT_EQ(DisplayWidth("\033[32m●\033[0m x"), 3u);
  EXPECT_EQ(FitTo("abcdef", 4), "abc…");
}

admin::v1::DescribeTopologyResponse Demo() {
  admin::v1::DescribeTopologyResponse t;
  t.set_id("demo");
  t.set_kind("replication group");
  t.set_status("available");
  t.set_engine("redis");
  t.set_engine_version("7.1");
  t.set_multi_az(true);
  for (int i = 1; i <= 3; ++i) {
    auto* node = t.add_nodes();
    node->set_cluster_id("demo-00" + std::to_string(i));
    node->set_node_id("0001");
    node->set_zone(std::string("us-east-1") + static_cast<char>('a' + i - 1));
    node->set_address("127.3" + std::to_string(i) + ".0.10");
    node->set_port(6379);
    node->set_role(i == 1 ? "primary" : "replica");
    node->set_status("available");
    node->set_phase("ready");
    node->set_pid(4710 + i);
    node->set_incarnation(1);
    node->add_endpoints(i == 1 ? "127.30.0.1" : "127.30.0.2");
  }
  for (const auto& [kind, address] : {std::pair{"primary", "127.30.0.1"}, {"reader", "127.30.0.2"}}) {
    auto* endpoint = t.add_endpoints();
    endpoint->set_kind(kind);
    endpoint->set_address(address);
    endpoint->set_port(6379);
  }
  return t;
}

TEST(PictureTest, ZonesStandBesideEachOther) {
  EXPECT_EQ(TopologyPicture(Demo(), Style{.width = 80}),
            "demo  replication group · redis 7.1 · available · Multi-AZ\n"
            "\n"
            "  us-east-1a                us-east-1b                us-east-1c\n"
            "  ┌───────────────────────┐ ┌───────────────────────┐ ┌───────────────────────┐\n"
            "  │ ● demo-001    primary │ │ ● demo-002    replica │ │ ● demo-003    replica │\n"
            "  │ available             │ │ available             │ │ available             │\n"
            "  │ 127.31.0.10:6379      │ │ 127.32.0.10:6379      │ │ 127.33.0.10:6379      │\n"
            "  │ pid 4711              │ │ pid 4712 · lag 0 B    │ │ pid 4713 · lag 0 B    │\n"
            "  └───────────────────────┘ └───────────────────────┘ └───────────────────────┘\n"
            "\n"
            "  ENDPOINT  ADDRESS          REACHES\n"
            "  primary   127.30.0.1:6379  demo-001\n"
            "  reader    127.30.0.2:6379  demo-002, demo-003\n");
}

TEST(PictureTest, SaysWhatIsWrong) {
  auto topology = Demo();
  topology.mutable_nodes(0)->set_phase("exited");
  topology.mutable_nodes(0)->set_pid(0);
  topology.mutable_nodes(0)->set_problem("killed; a new process starts");
  topology.mutable_nodes(1)->set_incarnation(3);
  const std::string text = TopologyPicture(topology, Style{.width = 100});
  EXPECT_THAT(text, HasSubstr("○ demo-001"));
  EXPECT_THAT(text, HasSubstr("no process"));
  EXPECT_THAT(text, HasSubstr("life 3"));
  EXPECT_THAT(text, HasSubstr("! demo-001: killed; a new process starts"));
}

TEST(PictureTest, NarrowTerminalsAndColors) {
  const std::string narrow = TopologyPicture(Demo(), Style{.width = 40});
  EXPECT_LT(narrow.find("us-east-1a"), narrow.find("demo-001"));
  EXPECT_LT(narrow.find("demo-001"), narrow.find("us-east-1b"));
  EXPECT_THAT(TopologyPicture(Demo(), Style{.color = true}), HasSubstr("\033[32m●"));
  EXPECT_THAT(narrow, Not(HasSubstr("\033")));
}

TEST(PictureTest, ManyNodesAreATable) {
  auto topology = Demo();
  for (int i = 0; i < kMostBoxes; ++i) *topology.add_nodes() = topology.nodes(0);
  EXPECT_THAT(TopologyPicture(topology, Style()), HasSubstr("NODE"));
}

TEST(PictureTest, ConnectLine) {
  auto topology = Demo();
  EXPECT_EQ(ConnectLine(topology), "redis-cli -h 127.30.0.1 -p 6379");
  topology.set_engine("memcached");
  EXPECT_EQ(ConnectLine(topology), "nc 127.30.0.1 6379");
}

}  // namespace
}  // namespace elastilab
