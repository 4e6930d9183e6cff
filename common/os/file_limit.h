#pragma once

namespace elastilab {

// Lets this process, and those it starts, open as many files as the system allows.
void RaiseFileLimit();

}  // namespace elastilab
