// Long lists in one answer, as the aws CLI pages: all pages unless the caller limits them or pages by hand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/client/rpc.h"
#include "cli/commands/command_line.h"

namespace elastilab {

struct Operation;

// --starting-token, --page-size, --max-items; none for an operation that does not page.
std::vector<Flag> PagingFlags(const Operation& operation);

// Whether the caller has said --no-paginate or used a paging member of the request itself (--marker, --max-records, or
// the same by --cli-input-json). The flags above are a usage error then, but for --max-items where the request has a
// member of that name, as IAM's have: it sets that. `request` is made without the flags above.
StatusOr<bool> PagesByHand(const Operation& operation, const Args& args, const google::protobuf::Message& request);

struct Pages {
  std::unique_ptr<google::protobuf::Message> answer;  // the lists of all pages joined, without the markers
  std::string next_token = {};                        // for --starting-token, when --max-items has cut the list
};

// Calls for page after page. The token is the aws CLI's: base64 of {"Marker": …, "boto_truncate_amount": …}; a bare
// marker is taken, too. A service that gives the same marker twice is an error.
StatusOr<Pages> CallAllPages(Rpc& rpc, const Operation& operation, const Args& args,
                             google::protobuf::Message* request);

// "/elasticache.v1.CacheClusters/CreateCacheCluster"
std::string MethodPath(const Operation& operation);

}  // namespace elastilab
