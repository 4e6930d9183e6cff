#include "dataplane/config/memcached_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastilab {
namespace {

using testing::HasSubstr;

LaunchSpec Spec(std::map<std::string, std::string> parameters = {}) {
  LaunchSpec spec;
  spec.address = "127.31.0.5";
  spec.port = 11211;
  spec.threads = 2;
  spec.max_memory_bytes = 100 << 20;
  spec.parameters = std::move(parameters);
  return spec;
}

std::string Render(const LaunchSpec& spec, const MemcachedHost& host = {}) {
  const auto words = RenderMemcachedArguments(spec, {}, host);
  return words.ok() ? fmt::format("{}", fmt::join(*words, " ")) : std::string(words.status().message());
}

TEST(MemcachedConfigTest, ListensOnItsAddressOnly) {
  EXPECT_EQ(Render(Spec()),
            "-l 127.31.0.5:11211 -p 11211 -U 0 -t 2 -c 65000 -m 100 -I 1048576 -o slab_chunk_max=524288");
  const auto words = RenderMemcachedArguments(Spec(), {"::1"}, {});
  EXPECT_THAT(*words, testing::Contains("[::1]:11211"));
}

TEST(MemcachedConfigTest, RootBecomesNobodyAndConnectionsFitTheHost) {
  EXPECT_THAT(Render(Spec(), {.most_connections = 1000, .root = true}), HasSubstr("-u nobody -t 2 -c 1000 "));
}

TEST(MemcachedConfigTest, ParametersBecomeFlags) {
  struct {
    std::map<std::string, std::string> parameters;
    const char* expected;
  } kCases[] = {
      {{{"cas_disabled", "1"}}, " -C "},
      {{{"watch", "0"}}, " -W "},
      {{{"binding_protocol", "ascii"}}, " -B ascii "},
      {{{"chunk_size_growth_factor", "1.25"}}, " -f 1.25 "},
      {{{"no_modern", "1"}, {"hash_algorithm", "murmur3"}, {"lru_crawler", "1"}},
       "-o no_modern,hash_algorithm=murmur3,lru_crawler,slab_chunk_max=524288"},
      {{{"idle_timeout", "60"}}, "-o idle_timeout=60,"},
  };
  for (const auto& c : kCases) EXPECT_THAT(Render(Spec(c.parameters)), HasSubstr(c.expected));
}

TEST(MemcachedConfigTest, SizesAreBroughtToWhatMemcachedStartsWith) {
  struct {
    const char* item;
    const char* chunk;
    const char* expected;
  } kCases[] = {
      {"1024", "524288", "-m 100 -I 1024 -o slab_chunk_max=1024"},
      {"1500000", "524288", "-m 100 -I 1572864 -o slab_chunk_max=524288"},
      {"134217728", "524288", "-m 100 -I 52428800 -o slab_chunk_max=524288"},
      {"1048576", "9999999", "-m 100 -I 1048576 -o slab_chunk_max=524288"},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(Render(Spec({{"max_item_size", c.item}, {"slab_chunk_max", c.chunk}})), HasSubstr(c.expected));
  }
}

// 1.6.18 reads the value of worker_logbuf_size as slab sizes too: with 64 a node of 64 MB held 128 items.
TEST(MemcachedConfigTest, TheWorkersLogStaysAsItIs) {
  EXPECT_THAT(Render(Spec({{"worker_logbuf_size", "64"}})), testing::Not(HasSubstr("logbuf")));
}

TEST(MemcachedConfigTest, NoValueCanBringInAnOption) {
  for (const auto& [name, value] : std::map<std::string, std::string>{{"idle_timeout", "1,ext_path=/x:1g"},
                                                                      {"hash_algorithm", "jenkins,modern"},
                                                                      {"chunk_size_growth_factor", "1.25 -s /x"},
                                                                      {"binding_protocol", "-s"},
                                                                      {"backlog_queue_limit", "-1"},
                                                                      {"watch", ""}}) {
    EXPECT_THAT(Render(Spec({{name, value}})), HasSubstr("parameter " + name)) << value;
  }
  EXPECT_THAT(Render(Spec({{"ext_path", "/x"}})), HasSubstr("there is no parameter ext_path"));
  LaunchSpec spec = Spec();
  spec.address = "127.0.0.1:1,0.0.0.0";
  EXPECT_THAT(Render(spec), HasSubstr("address"));
}

}  // namespace
}  // namespace elastilab
