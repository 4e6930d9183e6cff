// elastilab: the command line. Everything is in commands/; here is only what a terminal is.
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "cli/commands/registry.h"

namespace {

// NO_COLOR counts when set to anything but the empty text (no-color.org).
bool WantsColor() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && (term == nullptr || std::string_view(term) != "dumb");
}

int TerminalWidth() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const int width = columns == nullptr ? 0 : std::atoi(columns);
  return width > 0 ? width : 100;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);  // `elastilab events --follow | head` just ends
  const bool out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  elastilab::Io io{.out = std::cout,
                   .err = std::cerr,
                   .out_is_terminal = out_is_terminal,
                   .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
                   .style = {.color = out_is_terminal && WantsColor(), .width = TerminalWidth()}};
  const int code = elastilab::RunCli({argv + 1, argv + argc}, io, elastilab::MakeGrpc);
  std::cout.flush();
  std::_Exit(code);  // gRPC's threads have nothing left to do; winding them down takes milliseconds
}
