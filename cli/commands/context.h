// What a command has at hand: its words, where to print, and the lab.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "cli/client/exit_code.h"
#include "cli/client/rpc.h"
#include "cli/commands/command_line.h"
#include "cli/lab/settings.h"
#include "cli/output/format.h"
#include "cli/output/style.h"

namespace elastilab {

struct Io {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  Style style = {};  // of out
};

class Context {
 public:
  using RpcMaker = std::function<std::unique_ptr<Rpc>(const std::string& target)>;

  Context(const Args& arguments, Io& io_, LabFiles lab_files, RpcMaker make_rpc)
      : args(arguments), io(io_), files(std::move(lab_files)), make_rpc_(std::move(make_rpc)) {}

  const Args& args;
  Io& io;
  const LabFiles files;

  // Connects when first used.
  Rpc& rpc();
  // What --output says, or the command's default.
  StatusOr<OutputFormat> Format(OutputFormat otherwise) const;
  void Print(const std::string& text) { io.out << text << std::flush; }
  // For people on a terminal or in a log; never mixed into the answer.
  void Note(const std::string& text) { io.err << text << "\n" << std::flush; }

 private:
  RpcMaker make_rpc_;
  std::unique_ptr<Rpc> rpc_;
};

struct Command {
  CommandSpec spec;
  // The exit code (exit_code.h), or an error that main prints and turns into one.
  std::function<StatusOr<int>(Context&)> run;
};

}  // namespace elastilab
