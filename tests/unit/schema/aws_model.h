// Compares our descriptors with the API models that come with the aws SDK for Python, wherever one is installed:
// operations, members, types, list element names, required marks, enum values, faults, paging. A model older than ours
// must be a part of it, the same one must agree both ways, a newer one is only looked at.
#pragma once

#include <string>
#include <vector>

#include "schema/operations.h"

namespace elastilab {

// Which of the SDK's models, and how much of it is ours.
struct ModelScope {
  std::string service;       // "elasticache/2015-02-02"
  size_t our_shapes = 0;     // shapes in the model that our protos were written from
  std::vector<Operation> operations;
  // Ours are all operations, with their faults, and enums are enums. Otherwise they are a part, and enums may be text.
  bool whole = true;
};

// Model files of the service on this machine; the file named by `variable` in the environment instead, if it is set.
std::vector<std::string> ModelFiles(const std::string& service, const char* variable);

struct ModelComparison {
  size_t shapes = 0;     // of the model
  size_t compared = 0;   // operations
  std::vector<std::string> differences;
};
ModelComparison CompareWithModel(const ModelScope& scope, const std::string& file);

// Fails the test for each difference with an installed model that is not newer than ours; skips it when there is none.
void ExpectAgreesWithInstalledModels(const ModelScope& scope, const char* variable);

}  // namespace elastilab
