// How the service's parameter names become directives of redis and valkey. Pure.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/status.h"
#include "dataplane/engine/node_spec.h"

namespace elastilab {

// One line of a redis configuration, and one pair of CONFIG SET.
struct RedisDirective {
  std::string name;
  std::string value;  // for a directive of several words, the words separated by single spaces
  bool operator==(const RedisDirective&) const = default;
};

struct RedisParameters {
  std::vector<RedisDirective> runtime;  // can be changed while the engine runs
  std::vector<RedisDirective> startup;  // need a new process
  bool append_only = false;             // the engine keeps its data itself: no dump is made or cleaned up
};

// The directives for `parameters` that an engine of this family and version knows. Left out, because the service itself
// or the control plane acts on them, or because the engine at hand has no such thing: reserved-memory*,
// rename-commands, close-on-replica-write, replica-allow-chaining, activedefrag (Debian's engines are built without
// it), and whatever came with a later version. The combinations client-output-buffer-limit-<class>-<part> become one
// directive with a line per class.
//
// InvalidArgument names a parameter that no version has, or a value that can't be meant: line breaks and NUL never
// reach a configuration (quoting would carry them safely; no parameter has a use for them).
StatusOr<RedisParameters> TranslateRedisParameters(const std::map<std::string, std::string>& parameters,
                                                   EngineFamily family, const std::string& engine_version);

}  // namespace elastilab
