#include "controlplane/services/call/paging.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include "proto/elasticache/v1/annotations.pb.h"
#include "schema/operations.h"
#include "tests/unit/api/fixture.h"

namespace elastilab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// ---- FillPage ------------------------------------------------------------------------------------------------------

Table<CacheUser> Users(const std::vector<std::string>& ids) {
  Table<CacheUser> table;
  for (const auto& id : ids) {
    CacheUser user;
    user.id = id;
    table[id] = std::make_shared<const CacheUser>(user);
  }
  return table;
}

struct Given {
  std::vector<std::string> ids;
  std::string marker;
};
Given Fill(
    const Table<CacheUser>& table, const CacheUser* builtin, int limit, const std::string& after,
    const std::function<bool(const CacheUser&)>& keep = [](const auto&) { return true; }) {
  Page page;
  page.listing = "ListUsers";
  page.limit = limit;
  if (!after.empty()) page.after = after;
  Given given;
  given.marker = FillPage(table, builtin, page, keep, [&](const CacheUser& user) { given.ids.push_back(user.id); });
  return given;
}

TEST(FillPageTest, GoesOnBehindTheLastOneWhateverBecameOfIt) {
  const auto first = Fill(Users({"a", "c", "e"}), nullptr, 2, "");
  EXPECT_THAT(first.ids, ElementsAre("a", "c"));
  EXPECT_EQ(first.marker, MarkerFor("ListUsers", "c"));
  const auto second = Fill(Users({"a", "b", "d", "e"}), nullptr, 2, "c");
  EXPECT_THAT(second.ids, ElementsAre("d", "e"));
  EXPECT_EQ(second.marker, "") << "exactly full is the last page";
}

TEST(FillPageTest, TheBuiltInRecordComesInItsPlaceAndOnce) {
  CacheUser builtin;
  builtin.id = "c";
  EXPECT_THAT(Fill(Users({"a", "e"}), &builtin, 9, "").ids, ElementsAre("a", "c", "e"));
  EXPECT_THAT(Fill(Users({"a", "c", "e"}), &builtin, 9, "").ids, ElementsAre("a", "c", "e"));
  EXPECT_THAT(Fill(Users({}), &builtin, 9, "").ids, ElementsAre("c"));
  EXPECT_THAT(Fill(Users({"a"}), &builtin, 9, "").ids, ElementsAre("a", "c"));
  EXPECT_THAT(Fill(Users({"a", "e"}), &builtin, 1, "a").ids, ElementsAre("c"));
  EXPECT_EQ(Fill(Users({"a", "e"}), &builtin, 1, "a").marker, MarkerFor("ListUsers", "c"));
  EXPECT_THAT(Fill(Users({"a", "e"}), &builtin, 1, "c").ids, ElementsAre("e"));
}

TEST(FillPageTest, AFilterLeavesNoEmptyPage) {
  const auto vowels = [](const CacheUser& user) { return user.id == "a" || user.id == "e"; };
  const auto all = Fill(Users({"a", "b", "c", "d", "e", "f", "g"}), nullptr, 2, "", vowels);
  EXPECT_THAT(all.ids, ElementsAre("a", "e"));
  EXPECT_EQ(all.marker, "") << "nothing that passes comes after";
  EXPECT_EQ(Fill(Users({"a", "b", "e"}), nullptr, 1, "", vowels).marker, MarkerFor("ListUsers", "a"));
  EXPECT_THAT(Fill(Users({"b"}), nullptr, 1, "", vowels).ids, IsEmpty());
}

// ---- Every listing -------------------------------------------------------------------------------------------------

class PagedOperationsTest : public ApiTest {
 protected:
  // What a listing with this page size and marker is refused with.
  std::string Refused(const Operation& operation, std::optional<int> limit, const std::string& marker) {
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    std::unique_ptr<google::protobuf::Message> request(factory->GetPrototype(operation.request)->New());
    std::unique_ptr<google::protobuf::Message> response(factory->GetPrototype(operation.response)->New());
    const auto* reflection = request->GetReflection();
    for (int i = 0; i < operation.request->field_count(); ++i) {
      const auto* field = operation.request->field(i);
      if (!field->options().GetExtension(v1::required)) continue;
      const bool family = field->name() == "cache_parameter_group_family";
      reflection->SetString(request.get(), field, family ? "redis7" : "default.redis7");
    }
    if (limit) reflection->SetInt32(request.get(), operation.paging->limit, *limit);
    if (!marker.empty()) reflection->SetString(request.get(), operation.paging->input_token, marker);
    RequestContext context{region_, "request", clock_.Now(), RootCaller("000000000000")};
    const Status status = dispatcher_.Dispatch(operation.name, context, *request, response.get());
    return status.ok() ? "" : std::string(FaultWire(*FaultOf(status)));
  }
};

TEST_F(PagedOperationsTest, EveryListingHasItsBoundsAndKnowsItsMarkers) {
  int seen = 0;
  for (const Operation& operation : AllOperations()) {
    if (!operation.paging || !dispatcher_.Serves(operation.name)) continue;
    ++seen;
    const Paging& paging = *operation.paging;
    EXPECT_EQ(Refused(operation, paging.max_size + 1, ""), "InvalidParameterValue") << operation.name;
    EXPECT_EQ(Refused(operation, paging.min_size - 1, ""), "InvalidParameterValue") << operation.name;
    EXPECT_NE(Refused(operation, paging.min_size, ""), "InvalidParameterValue") << operation.name;
    EXPECT_NE(Refused(operation, paging.max_size, ""), "InvalidParameterValue") << operation.name;
    EXPECT_EQ(Refused(operation, std::nullopt, "1"), "InvalidParameterValue") << operation.name;
    EXPECT_EQ(Refused(operation, std::nullopt, "el1.zz"), "InvalidParameterValue") << operation.name;
  }
  EXPECT_GE(seen, 10);
}

// What one listing gave out last says nothing about where another goes on.
TEST_F(PagedOperationsTest, AListingRefusesTheMarkersOfOthers) {
  for (const Operation& operation : AllOperations()) {
    if (!operation.paging || !dispatcher_.Serves(operation.name)) continue;
    for (const Operation& other : AllOperations()) {
      if (!other.paging || other.name == operation.name) continue;
      for (const char* key : {"demo", "default.redis7", "1"}) {
        EXPECT_EQ(Refused(operation, std::nullopt, MarkerFor(other.request->name(), key)), "InvalidParameterValue")
            << operation.name << " takes a marker of " << other.name;
      }
    }
  }
}

TEST_F(PagedOperationsTest, AListingTakesItsOwnMarkers) {
  for (const char* name : {"DescribeUsers", "DescribeUserGroups", "DescribeCacheClusters", "DescribeReplicationGroups",
                           "DescribeCacheParameterGroups", "DescribeCacheParameters", "DescribeCacheSubnetGroups"}) {
    const Operation& operation = *FindOperation(name);
    EXPECT_EQ(Refused(operation, std::nullopt, MarkerFor(operation.request->name(), "a")), "") << name;
  }
}

}  // namespace
}  // namespace elastilab
