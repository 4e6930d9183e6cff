#include "schema/wire_names.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "proto/elasticache/v1/annotations.pb.h"
#include "proto/elasticache/v1/cache_clusters.pb.h"
#include "proto/elasticache/v1/replication_groups.pb.h"
#include "proto/elasticache/v1/serverless_caches.pb.h"
#include "proto/elasticache/v1/users.pb.h"
#include "schema/operations.h"

namespace elastilab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using testing::MatchesRegex;
namespace v1 = elasticache::v1;

template <typename Message>
const FieldDescriptor* Field(const std::string& name) {
  return Message::descriptor()->FindFieldByName(name);
}

// Calls `visit` for every field reachable from the requests and replies of all operations.
void ForEveryField(const std::function<void(const FieldDescriptor*)>& visit) {
  std::set<const Descriptor*> seen;
  const std::function<void(const Descriptor*)> walk = [&](const Descriptor* message) {
    if (!seen.insert(message).second) return;
    for (int i = 0; i < message->field_count(); ++i) {
      visit(message->field(i));
      if (message->field(i)->message_type() != nullptr) walk(message->field(i)->message_type());
    }
  };
  for (const Operation& operation : AllOperations()) {
    walk(operation.request);
    walk(operation.response);
  }
}

TEST(WireNamesTest, EveryFieldIsFoundByItsWireNameAndItsFlag) {
  int fields = 0;
  ForEveryField([&](const FieldDescriptor* field) {
    ++fields;
    EXPECT_EQ(FindByWireName(field->containing_type(), WireName(field)), field) << field->full_name();
    EXPECT_EQ(FindByCliFlag(field->containing_type(), CliFlag(field)), field) << field->full_name();
    EXPECT_THAT(CliFlag(field), MatchesRegex("[a-z][a-z0-9]*(-[a-z0-9]+)*"));
  });
  EXPECT_GT(fields, 800);
}

TEST(WireNamesTest, EveryEnumValueIsFoundByItsText) {
  ForEveryField([](const FieldDescriptor* field) {
    if (field->enum_type() == nullptr) return;
    EXPECT_EQ(EnumWire(field->enum_type()->value(0)), "") << field->enum_type()->full_name();
    for (int i = 1; i < field->enum_type()->value_count(); ++i) {
      const auto* value = field->enum_type()->value(i);
      EXPECT_TRUE(value->options().HasExtension(v1::wire)) << value->full_name();
      EXPECT_EQ(ParseEnumWire(field->enum_type(), EnumWire(value)), value) << value->full_name();
    }
  });
}

TEST(WireNamesTest, CapitalsThatCamelCaseWouldLose) {
  EXPECT_EQ(WireName(Field<v1::CreateReplicationGroupRequest>("multi_az_enabled")), "MultiAZEnabled");
  EXPECT_EQ(WireName(Field<v1::CreateReplicationGroupRequest>("preferred_cache_cluster_azs")),
            "PreferredCacheClusterAZs");
  EXPECT_EQ(WireName(Field<v1::CreateCacheClusterRequest>("az_mode")), "AZMode");
  EXPECT_EQ(WireName(Field<v1::CacheCluster>("arn")), "ARN");
  EXPECT_EQ(WireName(Field<v1::CacheUsageLimits>("ecpu_per_second")), "ECPUPerSecond");
  EXPECT_EQ(WireName(Field<v1::CreateReplicationGroupRequest>("kms_key_id")), "KmsKeyId");
}

TEST(WireNamesTest, FlagsAreThoseOfTheAwsCli) {
  EXPECT_EQ(CliFlag(Field<v1::CreateReplicationGroupRequest>("replication_group_id")), "replication-group-id");
  EXPECT_EQ(CliFlag(Field<v1::CreateReplicationGroupRequest>("preferred_cache_cluster_azs")),
            "preferred-cache-cluster-azs");
  EXPECT_EQ(CliFlag(Field<v1::CreateReplicationGroupRequest>("multi_az_enabled")), "multi-az-enabled");
}

TEST(WireNamesTest, ListElementsHaveTheirOwnNames) {
  EXPECT_EQ(ListElement(Field<v1::CreateCacheClusterRequest>("preferred_availability_zones")),
            "PreferredAvailabilityZone");
  EXPECT_EQ(ListElement(Field<v1::ReshardingConfiguration>("preferred_availability_zones")), "AvailabilityZone");
  EXPECT_EQ(ListElement(Field<v1::CreateReplicationGroupRequest>("user_group_ids")), "member");
}

TEST(WireNamesTest, SecretsAreMarked) {
  std::set<std::string> secrets;
  ForEveryField([&](const FieldDescriptor* field) {
    if (IsSensitive(field)) secrets.insert(field->full_name());
  });
  const std::string package = "elasticache.v1.";
  EXPECT_EQ(secrets,
            (std::set<std::string>{
                package + "AuthenticationMode.passwords", package + "CreateCacheClusterRequest.auth_token",
                package + "CreateReplicationGroupRequest.auth_token", package + "CreateUserRequest.passwords",
                package + "ModifyCacheClusterRequest.auth_token", package + "ModifyReplicationGroupRequest.auth_token",
                package + "ModifyUserRequest.passwords"}));
}

TEST(WireNamesTest, IdsNameTheirResourceAndValuesTheirConditionKey) {
  EXPECT_EQ(IamResource(Field<v1::CreateCacheClusterRequest>("cache_cluster_id")), "cluster:{}");
  EXPECT_EQ(IamResource(Field<v1::CreateReplicationGroupRequest>("user_group_ids")), "usergroup:{}");
  EXPECT_EQ(IamConditionKey(Field<v1::CreateCacheClusterRequest>("cache_node_type")), "elasticache:CacheNodeType");
  EXPECT_EQ(IamConditionKey(Field<v1::DataStorage>("maximum")), "elasticache:MaximumDataStorage");
  EXPECT_EQ(IamConditionKey(Field<v1::CreateCacheClusterRequest>("tags")), "aws:RequestTag");
  EXPECT_EQ(IamResource(Field<v1::CreateCacheClusterRequest>("port")), "");
}

TEST(WireNamesTest, UnknownNamesAndTextsAreNull) {
  EXPECT_EQ(FindByWireName(v1::CacheCluster::descriptor(), "Arn"), nullptr);
  EXPECT_EQ(FindByCliFlag(v1::CacheCluster::descriptor(), "cache_cluster_id"), nullptr);
  EXPECT_EQ(ParseEnumWire(v1::AZMode_descriptor(), "Single-AZ"), nullptr);
  EXPECT_EQ(ParseEnumWire(v1::AZMode_descriptor(), ""), nullptr);
  EXPECT_EQ(EnumChoices(v1::AZMode_descriptor()), "single-az, cross-az");
}

TEST(WireNamesTest, SchemaWithoutOptionsGetsNamesToo) {
  EXPECT_EQ(WireName(v1::FaultInfo::descriptor()->FindFieldByName("http")), "Http");
  EXPECT_EQ(EnumWire(v1::FaultCode_descriptor()->FindValueByName("INTERNAL_FAILURE")), "internal-failure");
  EXPECT_EQ(EnumWire(v1::FaultCode_descriptor()->FindValueByName("FAULT_CODE_UNSPECIFIED")), "");
}

}  // namespace
}  // namespace elastilab
