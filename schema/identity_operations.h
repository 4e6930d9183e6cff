// The operations of IAM and STS, as operations.h has those of ElastiCache. Thread-safe; results live as long as the process.
#pragma once

#include "schema/operations.h"

namespace elastilab {

const std::vector<Operation>& IamOperations();
const std::vector<Operation>& StsOperations();

}  // namespace elastilab
