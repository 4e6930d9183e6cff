#include "controlplane/region/endpoints/address_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace elastilab {
namespace {

const AddressPlan kPlan({"us-east-1a", "us-east-1b", "us-east-1c"});

TEST(AddressPlanTest, EachZoneHasItsSubnet) {
  EXPECT_EQ(*kPlan.NodeAddress("us-east-1a", 1), "127.31.0.1");
  EXPECT_EQ(*kPlan.NodeAddress("us-east-1b", 2), "127.32.0.2");
  EXPECT_EQ(*kPlan.NodeAddress("us-east-1c", 255), "127.33.1.1");
  EXPECT_EQ(kPlan.EndpointAddress(1), "127.30.0.1");
  EXPECT_EQ(*AddressPlan({"us-east-1a"}, 41).NodeAddress("us-east-1a", 1), "127.41.0.1");
}

TEST(AddressPlanTest, LastByteIsNeverNetworkOrBroadcastAndItWraps) {
  EXPECT_EQ(kPlan.EndpointAddress(254), "127.30.0.254");
  EXPECT_EQ(kPlan.EndpointAddress(255), "127.30.1.1");
  EXPECT_EQ(kPlan.EndpointAddress(65024), "127.30.255.254");
  EXPECT_EQ(kPlan.EndpointAddress(65025), "127.30.0.1");
}

TEST(AddressPlanTest, UnknownZoneNamesTheZonesThereAre) {
  const auto result = kPlan.NodeAddress("us-east-1z", 1);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(std::string(result.status().message()), testing::HasSubstr("us-east-1a, us-east-1b, us-east-1c"));
}

TEST(AddressIsFreeTest, SeesAListener) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&where), sizeof(where)), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  socklen_t size = sizeof(where);
  getsockname(fd, reinterpret_cast<sockaddr*>(&where), &size);
  EXPECT_FALSE(AddressIsFree("127.0.0.1", ntohs(where.sin_port)));
  close(fd);
  EXPECT_TRUE(AddressIsFree("127.0.0.1", ntohs(where.sin_port)));
}

}  // namespace
}  // namespace elastilab
