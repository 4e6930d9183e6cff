// Waiting without polling: look, wait until the store has moved past the revision that was seen, look again.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/commands/context.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {

enum class WaitState { kNotYet, kReached };

// Says whether what was awaited has come, or why it never will. Also tells the revision that it saw, and what the
// progress line should say.
struct Look {
  WaitState state = WaitState::kNotYet;
  int64_t revision = 0;
  std::string progress = {};
};

// DeadlineExceeded with `what` ("demo to become available") after `timeout`. On a terminal a progress line with the
// elapsed time is redrawn on stderr meanwhile, and cleared at the end.
Status WaitUntil(Context& context, const std::string& what, std::chrono::milliseconds timeout,
                 const std::function<StatusOr<Look>()>& look);

enum class Target { kAvailable, kDeleted };

// Waits for a cluster or group. On success `last` is what was seen last (untouched once it is deleted). An error status
// that a user must handle ("create-failed", "restore-failed", "incompatible-…") ends the wait at once, with the reason.
Status WaitForCluster(Context& context, const std::string& id, Target target, std::chrono::milliseconds timeout,
                      admin::v1::DescribeTopologyResponse* last);

StatusOr<admin::v1::DescribeTopologyResponse> DescribeTopology(Context& context, const std::string& id);
// Returns the store's revision when it has moved past `revision`, or after the time.
StatusOr<int64_t> WaitForChange(Context& context, int64_t revision, std::chrono::milliseconds timeout);

// Draws the answer of `render` again and again: on a terminal over itself, in a pipe below it and only when it has
// changed. Ends with the first error (the lab went down), or by Ctrl-C.
StatusOr<int> Watch(Context& context, const std::function<StatusOr<std::string>()>& render);

}  // namespace elastilab
