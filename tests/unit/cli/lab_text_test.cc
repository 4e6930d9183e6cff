#include "cli/commands/lab_text.h"

#include <gmock/gmock.h>

namespace elastilab {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(EnvTextTest, ASessionOfARealAccountIsPutAway) {
  EXPECT_THAT(EnvText({}, {}, "sh"), StartsWith("unset AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE\n"));
  EXPECT_THAT(EnvText({}, {}, "fish"), StartsWith("set -e AWS_SESSION_TOKEN "));
  EXPECT_THAT(EnvText({}, {}, "sh"), HasSubstr("export AWS_ENDPOINT_URL=http://127.0.0.1:4566\n"));
}

TEST(EnvTextTest, APathIsOneWordForTheShell) {
  LabSettings settings;
  settings.tls = true;
  EXPECT_THAT(EnvText({"/home/a/lab"}, settings, "sh"), HasSubstr("export AWS_CA_BUNDLE=/home/a/lab/tls/ca.crt\n"));
  EXPECT_THAT(EnvText({"/home/it's $(me)"}, settings, "sh"),
              HasSubstr("export AWS_CA_BUNDLE='/home/it'\\''s $(me)/tls/ca.crt'\n"));
  EXPECT_THAT(EnvText({"/my labs"}, settings, "fish"), HasSubstr("set -gx AWS_CA_BUNDLE '/my labs/tls/ca.crt'\n"));
}

}  // namespace
}  // namespace elastilab
