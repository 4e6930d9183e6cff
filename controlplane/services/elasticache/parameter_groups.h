// The operations on parameter groups. Errors are those that operations.md declares for each.
#pragma once

#include "controlplane/region/catalog/parameter_groups.h"
#include "controlplane/services/elasticache/handlers.h"
#include "proto/elasticache/v1/parameter_groups.pb.h"

namespace elastilab {

namespace v1 = elasticache::v1;

inline constexpr int kMaxParameterGroups = 300;  // of users' own, per Region
inline constexpr int kMaxParametersPerRequest = 20;

// parameter_groups.cc
Status CreateCacheParameterGroup(RequestContext& context, const v1::CreateCacheParameterGroupRequest& request,
                                 v1::CreateCacheParameterGroupResponse& response);
Status DescribeCacheParameterGroups(RequestContext& context, const v1::DescribeCacheParameterGroupsRequest& request,
                                    v1::DescribeCacheParameterGroupsResponse& response);
Status DeleteCacheParameterGroup(RequestContext& context, const v1::DeleteCacheParameterGroupRequest& request,
                                 v1::DeleteCacheParameterGroupResponse& response);
Status ModifyCacheParameterGroup(RequestContext& context, const v1::ModifyCacheParameterGroupRequest& request,
                                 v1::ModifyCacheParameterGroupResponse& response);
Status ResetCacheParameterGroup(RequestContext& context, const v1::ResetCacheParameterGroupRequest& request,
                                v1::ResetCacheParameterGroupResponse& response);

// parameters.cc
Status DescribeCacheParameters(RequestContext& context, const v1::DescribeCacheParametersRequest& request,
                               v1::DescribeCacheParametersResponse& response);
Status DescribeEngineDefaultParameters(RequestContext& context,
                                       const v1::DescribeEngineDefaultParametersRequest& request,
                                       v1::DescribeEngineDefaultParametersResponse& response);

// Whether users may change the parameter in a group that caches use (`in_use`) or that none uses yet.
bool IsModifiable(const Parameter& parameter, bool in_use);
// InvalidParameterValue in the service's words: not modifiable, or not a value it takes.
Status CheckParameterValue(const Parameter& parameter, bool in_use, const std::string& value);

}  // namespace elastilab
