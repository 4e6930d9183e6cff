// What to run: everything that whoever spawns needs, and nothing it must understand.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace elastilab {

struct Command {
  std::string program;                             // looked for in PATH when there is no slash in it
  std::vector<std::string> args = {};              // never a secret
  std::map<std::string, std::string> environment = {};  // added to a minimal one (PATH, LANG); never a secret
  std::string stdin_text = {};  // the configuration, with its secrets: written to the child's stdin, then closed
  int stdin_fd = -1;       // instead of a text: a descriptor of the caller's, who closes it afterwards; else /dev/null
  std::vector<int> held_signals = {};  // blocked until the child unblocks them: none is lost before it has its handlers
  std::string working_dir = {};        // empty: ours
  std::string log_file = {};           // stdout and stderr are appended here
  int output_fd = -1;                  // instead of a file; neither: ours
  std::vector<int> more_fds = {};      // become 3, 4, …; no other descriptor reaches the child
  bool whole_environment = false;      // add to ours instead of a minimal one
};

}  // namespace elastilab
