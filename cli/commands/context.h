// What a command has at hand: its words, where to print, and the lab.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>

#include "cli/client/exit_code.h"
#include "cli/client/rpc.h"
#include "cli/commands/command_line.h"
#include "cli/jmespath/jmespath.h"
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

  // `query` is what --query says, if it is given.
  Context(const Args& arguments, Io& io_, LabFiles lab_files, RpcMaker make_rpc,
          std::optional<jmespath::Expression> query = std::nullopt)
      : args(arguments),
        io(io_),
        files(std::move(lab_files)),
        make_rpc_(std::move(make_rpc)),
        query_(std::move(query)) {}

  const Args& args;
  Io& io;
  const LabFiles files;

  // The same program, calling another lab.
  Context ForLab(const Args& other_args, LabFiles lab_files) const {
    return Context(other_args, io, std::move(lab_files), make_rpc_);
  }
  // Connects when first used.
  Rpc& rpc();
  // What --output says, or the command's default. Who can draw passes kDrawn, and draws when it comes back: not when a
  // query has picked from the data.
  StatusOr<OutputFormat> Format(OutputFormat otherwise) const;
  // The answer, or what --query finds in it, in any form but kDrawn. A query that does not fit is a usage error.
  StatusOr<std::string> Render(const google::protobuf::Message& answer, OutputFormat format) const;
  StatusOr<std::string> Render(const nlohmann::ordered_json& answer, OutputFormat format) const;
  // Prints that, or the drawing.
  template <typename Answer>
  Status PrintAnswer(const Answer& answer, OutputFormat format, const std::string& drawing = "") {
    if (format == OutputFormat::kDrawn) {
      Print(drawing);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const std::string text, Render(answer, format));
    Print(text);
    return absl::OkStatus();
  }
  void Print(const std::string& text) { io.out << text << std::flush; }
  // For people on a terminal or in a log; never mixed into the answer.
  void Note(const std::string& text) { io.err << text << "\n" << std::flush; }

 private:
  RpcMaker make_rpc_;
  std::optional<jmespath::Expression> query_;
  std::unique_ptr<Rpc> rpc_;
};

struct Command {
  CommandSpec spec;
  // The exit code (exit_code.h), or an error that main prints and turns into one.
  std::function<StatusOr<int>(Context&)> run;
};

}  // namespace elastilab
