// The node types, with the memory an engine gets on each. From shared/reference/defaults.md section 4.
//
// Not established there and taken from their likes: C7gn (memory as the M family one size down), and the Valkey-only
// eighth generation (memory as the seventh).
#include <algorithm>
#include <string_view>

#include "controlplane/region/catalog/catalog.h"

namespace elastilab {
namespace {

enum Kind { kPlain, kRetired, kTiered, kValkey };

struct Row {
  const char* name;
  int vcpus;
  int64_t redis_max_memory;
  int64_t replica_buffer_limit;
  int memcached_megabytes;
  int memcached_threads;
  const char* min_redis_version;
  double dollars_per_hour;
  Kind kind;
};

// clang-format off
constexpr Row kRows[] = {
    {"cache.t2.micro", 1, 581959680, 58195968, 555, 1, "3.2.4", 0.017, kPlain},
    {"cache.t2.small", 1, 1665138688, 166513868, 1588, 1, "3.2.4", 0.034, kPlain},
    {"cache.t2.medium", 2, 3461349376, 346134937, 3301, 2, "3.2.4", 0.068, kPlain},
    {"cache.t3.micro", 2, 536870912, 53687091, 512, 2, "3.2.4", 0.017, kPlain},
    {"cache.t3.small", 2, 1471026299, 147102629, 1402, 2, "3.2.4", 0.034, kPlain},
    {"cache.t3.medium", 2, 3317862236, 331786223, 3364, 2, "3.2.4", 0.068, kPlain},
    {"cache.t4g.micro", 2, 536870912, 53687091, 512, 2, "3.2.4", 0.016, kPlain},
    {"cache.t4g.small", 2, 1471026299, 147102629, 1402, 2, "5.0.6", 0.032, kPlain},
    {"cache.t4g.medium", 2, 3317862236, 331786223, 3164, 2, "5.0.6", 0.065, kPlain},
    {"cache.m4.large", 2, 6892593152, 689259315, 6573, 2, "3.2.4", 0.156, kPlain},
    {"cache.m4.xlarge", 4, 15328501760, 1532850176, 11496, 4, "3.2.4", 0.311, kPlain},
    {"cache.m4.2xlarge", 8, 31889126359, 3188912636, 30412, 8, "3.2.4", 0.623, kPlain},
    {"cache.m4.4xlarge", 16, 65257290629, 6525729063, 62234, 16, "3.2.4", 1.245, kPlain},
    {"cache.m4.10xlarge", 40, 166047614239, 16604761424, 158355, 40, "3.2.4", 3.112, kPlain},
    {"cache.m5.large", 2, 6854542746, 685454275, 6537, 2, "3.2.4", 0.156, kPlain},
    {"cache.m5.xlarge", 4, 13891921715, 1389192172, 13248, 4, "3.2.4", 0.311, kPlain},
    {"cache.m5.2xlarge", 8, 27966669210, 2796666921, 26671, 8, "3.2.4", 0.623, kPlain},
    {"cache.m5.4xlarge", 16, 56116178125, 5611617812, 53516, 16, "3.2.4", 1.245, kPlain},
    {"cache.m5.12xlarge", 48, 168715971994, 16871597199, 160900, 48, "3.2.4", 3.744, kPlain},
    {"cache.m5.24xlarge", 96, 337500562842, 33750056284, 321865, 96, "3.2.4", 7.488, kPlain},
    {"cache.m6g.large", 2, 6854542746, 685454275, 6537, 2, "5.0.6", 0.149, kPlain},
    {"cache.m6g.xlarge", 4, 13891921715, 1389192172, 13248, 4, "5.0.6", 0.297, kPlain},
    {"cache.m6g.2xlarge", 8, 27966669210, 2796666921, 26671, 8, "5.0.6", 0.593, kPlain},
    {"cache.m6g.4xlarge", 16, 56116178125, 5611617812, 53516, 16, "5.0.6", 1.186, kPlain},
    {"cache.m6g.8xlarge", 32, 111325552312, 11132555231, 107000, 32, "5.0.6", 2.372, kPlain},
    {"cache.m6g.12xlarge", 48, 168715971994, 16871597199, 160900, 48, "5.0.6", 3.557, kPlain},
    {"cache.m6g.16xlarge", 64, 225000375228, 22500037523, 214577, 64, "5.0.6", 4.743, kPlain},
    {"cache.m7g.large", 2, 6854542746, 685454275, 6537, 2, "6.2", 0.158, kPlain},
    {"cache.m7g.xlarge", 4, 13891921715, 1389192172, 13248, 4, "6.2", 0.315, kPlain},
    {"cache.m7g.2xlarge", 8, 27966669210, 2796666921, 26671, 8, "6.2", 0.629, kPlain},
    {"cache.m7g.4xlarge", 16, 56116178125, 5611617812, 53516, 16, "6.2", 1.257, kPlain},
    {"cache.m7g.8xlarge", 32, 111325552312, 11132555231, 107000, 32, "6.2", 2.514, kPlain},
    {"cache.m7g.12xlarge", 48, 168715971994, 16871597199, 160900, 48, "6.2", 3.770, kPlain},
    {"cache.m7g.16xlarge", 64, 225000375228, 22500037523, 214577, 64, "6.2", 5.028, kPlain},
    {"cache.r4.large", 2, 13201781556, 1320178155, 12590, 2, "3.2.4", 0.228, kPlain},
    {"cache.r4.xlarge", 4, 26898228839, 2689822883, 25652, 4, "3.2.4", 0.455, kPlain},
    {"cache.r4.2xlarge", 8, 54197537997, 5419753799, 51686, 8, "3.2.4", 0.910, kPlain},
    {"cache.r4.4xlarge", 16, 108858546586, 10885854658, 103815, 16, "3.2.4", 1.820, kPlain},
    {"cache.r4.8xlarge", 32, 218255432090, 21825543209, 208144, 32, "3.2.4", 3.640, kPlain},
    {"cache.r4.16xlarge", 64, 437021573120, 43702157312, 416776, 64, "3.2.4", 7.280, kPlain},
    {"cache.r5.large", 2, 14037181030, 1403718103, 13387, 2, "3.2.4", 0.216, kPlain},
    {"cache.r5.xlarge", 4, 28261849702, 2826184970, 26953, 4, "3.2.4", 0.431, kPlain},
    {"cache.r5.2xlarge", 8, 56711183565, 5671118356, 54084, 8, "3.2.4", 0.862, kPlain},
    {"cache.r5.4xlarge", 16, 113609865216, 11360986522, 108347, 16, "3.2.4", 1.724, kPlain},
    {"cache.r5.12xlarge", 48, 341206346547, 34120634655, 325400, 48, "3.2.4", 5.184, kPlain},
    {"cache.r5.24xlarge", 96, 682485973811, 68248597381, 650869, 96, "3.2.4", 10.368, kPlain},
    {"cache.r6g.large", 2, 14037181030, 1403718103, 13387, 2, "5.0.6", 0.206, kPlain},
    {"cache.r6g.xlarge", 4, 28261849702, 2826184970, 26953, 4, "5.0.6", 0.411, kPlain},
    {"cache.r6g.2xlarge", 8, 56711183565, 5671118356, 54084, 8, "5.0.6", 0.821, kPlain},
    {"cache.r6g.4xlarge", 16, 113609865216, 11360986522, 108347, 16, "5.0.6", 1.642, kPlain},
    {"cache.r6g.8xlarge", 32, 225000375228, 22500037523, 214577, 32, "5.0.6", 3.284, kPlain},
    {"cache.r6g.12xlarge", 48, 341206346547, 34120634655, 325400, 48, "5.0.6", 4.925, kPlain},
    {"cache.r6g.16xlarge", 64, 450000750456, 45000075046, 429154, 64, "5.0.6", 6.567, kPlain},
    {"cache.r7g.large", 2, 14037181030, 1403718103, 13387, 2, "6.2", 0.219, kPlain},
    {"cache.r7g.xlarge", 4, 28261849702, 2826184970, 26953, 4, "6.2", 0.437, kPlain},
    {"cache.r7g.2xlarge", 8, 56711183565, 5671118356, 54084, 8, "6.2", 0.873, kPlain},
    {"cache.r7g.4xlarge", 16, 113609865216, 11360986522, 108347, 16, "6.2", 1.745, kPlain},
    {"cache.r7g.8xlarge", 32, 225000375228, 22500037523, 214577, 32, "6.2", 3.491, kPlain},
    {"cache.r7g.12xlarge", 48, 341206346547, 34120634655, 325400, 48, "6.2", 5.235, kPlain},
    {"cache.r7g.16xlarge", 64, 450000750456, 45000075046, 429154, 64, "6.2", 6.981, kPlain},
    {"cache.r6gd.xlarge", 4, 28261849702, 2826184970, 0, 0, "6.2.0", 0.781, kTiered},
    {"cache.r6gd.2xlarge", 8, 56711183565, 5671118356, 0, 0, "6.2.0", 1.560, kTiered},
    {"cache.r6gd.4xlarge", 16, 113609865216, 11360986522, 0, 0, "6.2.0", 3.120, kTiered},
    {"cache.r6gd.8xlarge", 32, 225000375228, 22500037523, 0, 0, "6.2.0", 6.240, kTiered},
    {"cache.r6gd.12xlarge", 48, 341206346547, 34120634655, 0, 0, "6.2.0", 9.358, kTiered},
    {"cache.r6gd.16xlarge", 64, 450000750456, 45000075046, 0, 0, "6.2.0", 12.477, kTiered},
    {"cache.c7gn.large", 2, 3317862236, 331786224, 3164, 2, "6.2", 0.255, kPlain},
    {"cache.c7gn.xlarge", 4, 6854542746, 685454275, 6537, 4, "6.2", 0.509, kPlain},
    {"cache.c7gn.2xlarge", 8, 13891921715, 1389192172, 13248, 8, "6.2", 1.018, kPlain},
    {"cache.c7gn.4xlarge", 16, 27966669210, 2796666921, 26671, 16, "6.2", 2.037, kPlain},
    {"cache.c7gn.8xlarge", 32, 56116178125, 5611617813, 53516, 32, "6.2", 4.073, kPlain},
    {"cache.c7gn.12xlarge", 48, 84353157693, 8435315769, 80445, 48, "6.2", 6.110, kPlain},
    {"cache.c7gn.16xlarge", 64, 113609865216, 11360986522, 108347, 64, "6.2", 8.147, kPlain},
    {"cache.m3.medium", 1, 2988441600, 309329920, 2850, 1, "", 0, kPlain},
    {"cache.m3.large", 2, 6501171200, 650117120, 6200, 2, "", 0, kPlain},
    {"cache.m3.xlarge", 4, 14260633600, 1426063360, 13600, 4, "", 0, kPlain},
    {"cache.m3.2xlarge", 8, 29989273600, 2998927360, 28600, 8, "", 0, kPlain},
    {"cache.r3.large", 2, 14470348800, 1468006400, 13800, 2, "", 0, kPlain},
    {"cache.r3.xlarge", 4, 30513561600, 3040870400, 29100, 4, "", 0, kPlain},
    {"cache.r3.2xlarge", 8, 62495129600, 6081740800, 59600, 8, "", 0, kPlain},
    {"cache.r3.4xlarge", 16, 126458265600, 12268339200, 120600, 16, "", 0, kPlain},
    {"cache.r3.8xlarge", 32, 254384537600, 24536678400, 120600, 32, "", 0, kPlain},
    {"cache.m1.small", 1, 943718400, 94371840, 1301, 1, "", 0, kRetired},
    {"cache.m1.medium", 1, 3093299200, 309329920, 3350, 1, "", 0, kRetired},
    {"cache.m1.large", 2, 7025459200, 702545920, 7100, 2, "", 0, kRetired},
    {"cache.m1.xlarge", 4, 14889779200, 1488977920, 14600, 4, "", 0, kRetired},
    {"cache.m2.xlarge", 2, 17091788800, 1709178880, 33800, 2, "", 0, kRetired},
    {"cache.m2.2xlarge", 4, 35022438400, 3502243840, 30412, 4, "", 0, kRetired},
    {"cache.m2.4xlarge", 8, 70883737600, 7088373760, 68000, 16, "", 0, kRetired},
    {"cache.c1.xlarge", 8, 6501171200, 650117120, 6600, 8, "", 0, kRetired},
    {"cache.t1.micro", 1, 142606336, 14260633, 213, 1, "", 0, kRetired},
    {"cache.c8gn.large", 2, 3317862236, 331786224, 0, 0, "", 0.1837, kValkey},
    {"cache.c8gn.xlarge", 4, 6854542746, 685454275, 0, 0, "", 0.3674, kValkey},
    {"cache.c8gn.2xlarge", 8, 13891921715, 1389192172, 0, 0, "", 0.7348, kValkey},
    {"cache.c8gn.4xlarge", 16, 27966669210, 2796666921, 0, 0, "", 1.4696, kValkey},
    {"cache.c8gn.8xlarge", 32, 56116178125, 5611617813, 0, 0, "", 2.9392, kValkey},
    {"cache.c8gn.12xlarge", 48, 84353157693, 8435315769, 0, 0, "", 4.4088, kValkey},
    {"cache.c8gn.16xlarge", 64, 113609865216, 11360986522, 0, 0, "", 5.8784, kValkey},
    {"cache.m8g.large", 2, 6854542746, 685454275, 0, 0, "", 0.1266, kValkey},
    {"cache.m8g.xlarge", 4, 13891921715, 1389192172, 0, 0, "", 0.2531, kValkey},
    {"cache.m8g.2xlarge", 8, 27966669210, 2796666921, 0, 0, "", 0.5062, kValkey},
    {"cache.m8g.4xlarge", 16, 56116178125, 5611617812, 0, 0, "", 1.0125, kValkey},
    {"cache.m8g.8xlarge", 32, 111325552312, 11132555231, 0, 0, "", 2.0250, kValkey},
    {"cache.m8g.12xlarge", 48, 168715971994, 16871597199, 0, 0, "", 3.0375, kValkey},
    {"cache.m8g.16xlarge", 64, 225000375228, 22500037523, 0, 0, "", 4.0500, kValkey},
    {"cache.r8g.large", 2, 14037181030, 1403718103, 0, 0, "", 0.1756, kValkey},
    {"cache.r8g.xlarge", 4, 28261849702, 2826184970, 0, 0, "", 0.3511, kValkey},
    {"cache.r8g.2xlarge", 8, 56711183565, 5671118356, 0, 0, "", 0.7022, kValkey},
    {"cache.r8g.4xlarge", 16, 113609865216, 11360986522, 0, 0, "", 1.4044, kValkey},
    {"cache.r8g.8xlarge", 32, 225000375228, 22500037523, 0, 0, "", 2.8088, kValkey},
    {"cache.r8g.12xlarge", 48, 341206346547, 34120634655, 0, 0, "", 4.2132, kValkey},
    {"cache.r8g.16xlarge", 64, 450000750456, 45000075046, 0, 0, "", 5.6177, kValkey},
};
// clang-format on

constexpr double kValkeyShare = 0.8;
constexpr int64_t kMebibyte = 1 << 20;

std::vector<NodeType> BuildNodeTypes() {
  std::vector<NodeType> types;
  types.reserve(std::size(kRows));
  for (const Row& row : kRows) {
    types.push_back({.name = row.name,
                     .vcpus = row.vcpus,
                     .redis_max_memory = row.redis_max_memory,
                     .replica_buffer_limit = row.replica_buffer_limit,
                     .memcached_megabytes = row.memcached_megabytes,
                     .memcached_threads = row.memcached_threads,
                     .min_redis_version = row.min_redis_version,
                     .dollars_per_hour = row.dollars_per_hour,
                     .creatable = row.kind != kRetired,
                     .data_tiering = row.kind == kTiered,
                     .valkey_only = row.kind == kValkey});
  }
  return types;
}

}  // namespace

const std::vector<NodeType>& NodeTypes() {
  static const auto& types = *new std::vector<NodeType>(BuildNodeTypes());
  return types;
}

const NodeType* FindNodeType(std::string_view name) {
  const auto& types = NodeTypes();
  const auto it = std::find_if(types.begin(), types.end(), [&](const NodeType& t) { return t.name == name; });
  return it == types.end() ? nullptr : &*it;
}

double DollarsPerHour(const NodeType& type, Engine engine) {
  if (engine == Engine::kValkey) return type.valkey_only ? type.dollars_per_hour : type.dollars_per_hour * kValkeyShare;
  if (type.valkey_only) return 0;
  if (engine == Engine::kMemcached && type.memcached_megabytes == 0) return 0;
  return type.dollars_per_hour;
}

int64_t EffectiveMaxMemory(const NodeType& type, int reserved_memory_percent) {
  return std::max(type.redis_max_memory * (100 - reserved_memory_percent) / 100, kMebibyte);
}

int64_t EffectiveItemMemory(const NodeType& type, int connections_overhead_mb) {
  return std::max(int64_t{type.memcached_megabytes} - connections_overhead_mb, int64_t{1}) * kMebibyte;
}

}  // namespace elastilab
