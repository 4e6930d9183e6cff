#include "docs/gen/operations_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "controlplane/services/elasticache/handlers.h"
#include "schema/operations.h"

namespace elastilab {
namespace {

using ::testing::HasSubstr;

TEST(OperationsPageTest, ThePageInTheTreeIsUpToDate) {
  std::ifstream file(ELASTILAB_SOURCE_DIR "/docs/operations.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_TRUE(page.str() == OperationsPage(ElastiCacheHandlers()))
      << "docs/operations.md is out of date. Bring it up to date with\n    " << kWriteOperationsPage;
}

TEST(OperationsPageTest, TellsWhatIsServedAndWhatIsNot) {
  const std::string page = OperationsPage({{"CreateUser", nullptr}});
  EXPECT_THAT(page, HasSubstr("serves 1 of 75"));
  EXPECT_THAT(page, HasSubstr("| CreateUser | `create-user` | yes | Creates a user. |"));
  EXPECT_THAT(page, HasSubstr("| DeleteUser | `delete-user` | – | "));
  for (const Operation& operation : AllOperations()) EXPECT_THAT(page, HasSubstr("| " + operation.name + " | "));
}

// A handler under a name that the API does not have could never be called.
TEST(OperationsPageTest, EveryHandlerServesAnOperation) {
  for (const auto& [name, handler] : ElastiCacheHandlers()) EXPECT_NE(FindOperation(name), nullptr) << name;
}

}  // namespace
}  // namespace elastilab
