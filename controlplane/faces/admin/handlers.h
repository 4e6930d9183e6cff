// The handlers behind AdminHandlers(), one file per subject.
#pragma once

#include "common/status.h"
#include "controlplane/faces/admin/admin.h"
#include "proto/admin/v1/admin.pb.h"

namespace elastilab {

namespace pb = ::elastilab::admin::v1;

// lab.cc
Status GetLab(AdminContext& ctx, const pb::GetLabRequest& request, pb::GetLabResponse& response);
Status ListFailovers(AdminContext& ctx, const pb::ListFailoversRequest& request, pb::ListFailoversResponse& response);
Status LookupTrail(AdminContext& ctx, const pb::LookupTrailRequest& request, pb::LookupTrailResponse& response);
Status GetClock(AdminContext& ctx, const pb::GetClockRequest& request, pb::GetClockResponse& response);
Status AdvanceClock(AdminContext& ctx, const pb::AdvanceClockRequest& request, pb::GetClockResponse& response);
Status Shutdown(AdminContext& ctx, const pb::ShutdownRequest& request, pb::ShutdownResponse& response);
// topology.cc
Status DescribeTopology(AdminContext& ctx, const pb::DescribeTopologyRequest& request,
                        pb::DescribeTopologyResponse& response);
// explain.cc
Status Explain(AdminContext& ctx, const pb::ExplainRequest& request, pb::ExplainResponse& response);
// access.cc
Status ExplainAccess(AdminContext& ctx, const pb::ExplainAccessRequest& request, pb::ExplainAccessResponse& response);
// harm.cc
Status InjectFault(AdminContext& ctx, const pb::InjectFaultRequest& request, pb::InjectFaultResponse& response);

}  // namespace elastilab
