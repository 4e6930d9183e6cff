#include "controlplane/services/elasticache/access_string.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Normal(std::string_view text) {
  const auto rules = ParseAccessString(text);
  return rules.ok() ? rules->text : "refused: " + std::string(rules.status().message());
}
std::string Minimum(std::string_view text) {
  const auto rules = ParseAccessString(text);
  return rules.ok() ? rules->minimum_engine_version : "refused";
}

// The first five are pairs that AWS's own guides and Terraform users show.
TEST(AccessStringTest, TakesTheNormalFormThatTheServiceShows) {
  const struct {
    const char *given, *shown;
  } cases[] = {
      {"~objects:* ~items:* ~public:*", "off ~objects:* ~items:* ~public:* -@all"},
      {"on +get ~keys*", "on ~keys* -@all +get"},
      {"on allkeys allcommands", "on ~* +@all"},
      {"on ~app::* -@all +@read +@hash -setbit", "on ~app::* -@all +@read +@hash -setbit"},
      {"on ~app::* -@all +@read on ~* +@all", "on ~* +@all"},
      {"on", "on -@all"},
      {"  ON   +GET  +Client|List ", "on -@all +get +client|list"},
      {"on off ~a", "off ~a -@all"},
      {"on ~a ~b resetkeys ~c", "on ~c -@all"},
      {"on ~a ~a", "on ~a -@all"},
      {"on +get -get +@read +get", "on -@all +@read +get"},
      {"on +@read +@all -@dangerous", "on +@all -@dangerous"},
      {"on %RW~a %WR~b %r~c %W~d", "on ~a ~b %R~c %W~d -@all"},
      {"on &news:* ~a +@pubsub", "on ~a &news:* -@all +@pubsub"},
      {"on &a resetchannels &b", "on resetchannels &b -@all"},
      {"on allchannels", "on &* -@all"},
      {"on ~a +@read (~b +set) ( %R~c  nocommands +get )", "on ~a -@all +@read (~b -@all +set) (%R~c -@all +get)"},
      {"on (~b +set) clearselectors ~a", "on ~a -@all"},
      {"on sanitize-payload ~* &* +@all", "on sanitize-payload ~* &* +@all"},
      {"on +select|0 ~caf\xc3\xa9:*", "on ~caf\xc3\xa9:* -@all +select|0"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Normal(c.given), c.shown) << c.given;
    EXPECT_EQ(Normal(c.shown), c.shown) << "parsed again";
  }
}

TEST(AccessStringTest, KnowsWhichVersionItNeeds) {
  EXPECT_EQ(Minimum("on ~* +@all"), "6.0");
  EXPECT_EQ(Minimum("on ~* &* +@all"), "6.2");
  EXPECT_EQ(Minimum("on resetchannels"), "6.2");
  EXPECT_EQ(Minimum("on %R~*"), "7.0");
  EXPECT_EQ(Minimum("on (~a +get)"), "7.0");
  EXPECT_EQ(Minimum("on &a -client|kill"), "7.0");
}

TEST(AccessStringTest, PasswordsAreRefusedAndNeverRepeated) {
  for (const char* rule : {">hunter2hunter2hunter2", "<hunter2", "#hunter2", "!hunter2", "nopass", "NoPass",
                           "resetpass", "reset", "(~a >hunter2)", "hunter2"}) {
    const auto rules = ParseAccessString(std::string("on ~* ") + rule);
    ASSERT_FALSE(rules.ok()) << rule;
    EXPECT_THAT(std::string(rules.status().message()), Not(HasSubstr("hunter2")));
  }
}

TEST(AccessStringTest, WhatTheEnginesWouldRefuseIsRefused) {
  const char* refused[] = {
      "",
      " ",
      "on +nosuch",
      "on +@nosuch",
      "on -",
      "on +",
      "on +@",
      "on +client|nosuch",
      "on -select|0",
      "on +get|",
      "on +get|a|b",
      "on ~* ~b",
      "on &* &b",
      "on %~a",
      "on %X~a",
      "on %R",
      "on %Ra",
      "on (~a",
      "on (~a (~b) )",
      "on ~a) extra(",
      "on (on ~a)",
      "on (clearselectors)",
      "on ~a\n>b",
      "on ~a\x7f",
      "on ~\xff",
      "yes",
      "on ) +get",
  };
  for (const char* text : refused) EXPECT_FALSE(ParseAccessString(text).ok()) << text;
  EXPECT_FALSE(ParseAccessString(std::string("on ~a\0b", 7)).ok()) << "NUL";
  EXPECT_FALSE(ParseAccessString("on ~" + std::string(kMaxAccessString, 'x')).ok());
}

TEST(AccessStringTest, WithheldCommandsCannotBeNamed) {
  for (const char* rule :
       {"+config", "-config", "+config|get", "+acl|setuser", "+replicaof", "+cluster|meet", "+DEBUG"}) {
    EXPECT_FALSE(ParseAccessString(std::string("on ") + rule).ok()) << rule;
  }
  for (const char* rule : {"+acl|whoami", "+cluster|nodes", "-acl", "-cluster", "-@admin"}) {
    EXPECT_TRUE(ParseAccessString(std::string("on ") + rule).ok()) << rule;
  }
}

TEST(AccessStringTest, MessagesStayShort) {
  const auto rules = ParseAccessString("on +" + std::string(5000, 'x'));
  ASSERT_FALSE(rules.ok());
  EXPECT_LT(rules.status().message().size(), 300u);
}

}  // namespace
}  // namespace elastilab
