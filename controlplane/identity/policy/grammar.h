// What single strings of a policy may look like. Each check is empty when all is well.
#pragma once

#include <optional>
#include <string_view>

#include "controlplane/identity/policy/document.h"
#include "controlplane/identity/policy/malformed.h"

namespace elastilab {

// "*", or "service:Name" with wildcards in the name.
std::optional<Complaint> CheckAction(std::string_view action);

// An action of a trust policy: one, or a pattern, of the actions of STS that take on a role.
std::optional<Complaint> CheckTrustAction(std::string_view action);

// "*" or an ARN. With `variables` also ${…} behind the fifth colon.
std::optional<Complaint> CheckResource(std::string_view resource, bool variables);

// Letters and digits; may be empty.
std::optional<Complaint> CheckSid(std::string_view sid);

// The value of a Principal of this type, whose name in the document is `type_name`.
std::optional<Complaint> CheckPrincipal(PolicyPrincipal::Type type, std::string_view type_name, std::string_view value);

}  // namespace elastilab
