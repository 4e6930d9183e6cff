// Build tool: writes docs/operations.md to standard output.
#include <cstdio>

#include "controlplane/services/elasticache/handlers.h"
#include "docs/gen/operations_page.h"

int main() {
  const std::string page = elastilab::OperationsPage(elastilab::ElastiCacheHandlers());
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
