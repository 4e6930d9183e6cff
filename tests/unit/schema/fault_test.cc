#include "schema/fault.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

namespace v1 = elasticache::v1;

TEST(FaultTest, CarriesCodeMessageAndCanonicalStatus) {
  const Status status = MakeFault(v1::CACHE_CLUSTER_NOT_FOUND, "CacheCluster not found: c1");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(std::string(status.message()), "CacheCluster not found: c1");
  EXPECT_EQ(FaultOf(status), v1::CACHE_CLUSTER_NOT_FOUND);
  EXPECT_EQ(FaultWire(*FaultOf(status)), "CacheClusterNotFound");
  EXPECT_EQ(FaultHttpStatus(*FaultOf(status)), 404);
}

TEST(FaultTest, OddOnesOfTheService) {
  EXPECT_EQ(FaultHttpStatus(v1::CACHE_SUBNET_GROUP_NOT_FOUND), 400);
  EXPECT_EQ(FaultWire(v1::CACHE_SUBNET_GROUP_NOT_FOUND), "CacheSubnetGroupNotFoundFault");
  EXPECT_EQ(FaultHttpStatus(v1::RESERVED_CACHE_NODE_ALREADY_EXISTS), 404);
  EXPECT_EQ(FaultHttpStatus(v1::INVALID_CREDENTIALS), 408);
  EXPECT_EQ(FaultWire(v1::CACHE_SECURITY_GROUP_QUOTA_EXCEEDED), "QuotaExceeded.CacheSecurityGroup");
}

TEST(FaultTest, EveryCodeHasAWireCodeAStatusAndAWayBack) {
  const auto* codes = v1::FaultCode_descriptor();
  for (int i = 0; i < codes->value_count(); ++i) {
    if (codes->value(i)->number() == v1::FAULT_CODE_UNSPECIFIED) continue;
    const auto code = static_cast<FaultCode>(codes->value(i)->number());
    EXPECT_EQ(FaultFromWire(FaultWire(code)), code) << codes->value(i)->name();
    EXPECT_GE(FaultHttpStatus(code), 400) << codes->value(i)->name();
    EXPECT_FALSE(MakeFault(code, "x").ok()) << codes->value(i)->name();
  }
}

TEST(FaultTest, OtherErrorsAreReportedAsOurs) {
  EXPECT_EQ(FaultOf(absl::NotFoundError("x")), std::nullopt);
  EXPECT_EQ(FaultOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(ReportedFault(absl::NotFoundError("x")), v1::INTERNAL_FAILURE);
  EXPECT_EQ(ReportedFault(absl::UnavailableError("x")), v1::SERVICE_UNAVAILABLE);
  EXPECT_EQ(ReportedFault(MakeFault(v1::NO_OPERATION, "x")), v1::NO_OPERATION);
  EXPECT_EQ(FaultHttpStatus(v1::INTERNAL_FAILURE), 500);
  EXPECT_EQ(FaultHttpStatus(v1::SERVICE_UNAVAILABLE), 503);
}

TEST(FaultTest, UnknownCodesAreHarmless) {
  EXPECT_EQ(FaultFromWire("NoSuchFault"), std::nullopt);
  EXPECT_EQ(FaultWire(v1::FAULT_CODE_UNSPECIFIED), "InternalFailure");
}

}  // namespace
}  // namespace elastilab
