#include <fmt/format.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands/aws_flags.h"
#include "cli/commands/help_index.h"
#include "cli/commands/registry.h"
#include "cli/lab/target.h"

namespace elastilab {
namespace {

constexpr std::string_view kElastiCachePrefix = "elasticache ";

// The service's reasons stay as they are; that there is no service gets the way to start one.
Status Explained(const Status& status, const Context& context) {
  if (status.code() != absl::StatusCode::kUnavailable || !FaultCodeText(status).empty()) return status;
  const std::string endpoint = context.args.Get("endpoint");
  if (!endpoint.empty()) {
    return absl::UnavailableError(fmt::format("no lab answers at {}: {}", endpoint, std::string(status.message())));
  }
  return absl::UnavailableError(WhyNoAnswer(context.files, std::string(status.message())));
}

int Fail(const Status& status, const CommandSpec* spec, Io& io) {
  io.err << ErrorText(status) << "\n";
  if (IsUsageError(status) && spec != nullptr) {
    io.err << UsageLine(*spec) << "\n" << "More: elastilab " << spec->name << " --help\n";
  }
  io.err << std::flush;
  return ExitCodeOf(status);
}

Status UnknownCommand(const std::string& name) {
  std::vector<std::string> names = ApiCommandNames();
  if (name.starts_with(kElastiCachePrefix)) {
    for (std::string& operation : names) operation.insert(0, kElastiCachePrefix);
  }
  for (const Command& command : FriendlyCommands()) names.push_back(command.spec.name);
  const auto similar = Similar(name, names);
  return UsageError(fmt::format("there is no command '{}'; {}all commands: elastilab --help", name,
                                similar.empty() ? "" : fmt::format("did you mean {}? ", fmt::join(similar, ", "))));
}

// Before anything is sent: a call that changes things must not fail afterwards for want of a bracket.
StatusOr<std::optional<jmespath::Expression>> ParseQuery(const CommandSpec& spec, const Args& args) {
  if (!args.Has("query")) return std::nullopt;
  if (!spec.answers) return UsageError(fmt::format("{} prints no data that --query could pick from", spec.name));
  auto query = jmespath::Expression::Parse(args.Get("query"));
  if (!query.ok()) return UsageError(fmt::format("--query cannot be read:\n{}", std::string(query.status().message())));
  return *std::move(query);
}

bool Contains(const std::vector<std::string>& words, const char* word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Words {
  std::string command;              // "create-cluster", "iam create-user"
  std::vector<std::string> others;  // flags and arguments, before and after it
  size_t behind = 0;                // where in `others` those after it begin
};

// The command at this place; for a service with operations of its own, with the next word that is no flag.
Words TakeCommand(const std::vector<std::string>& words, size_t at) {
  Words split{words[at], words, at};
  split.others.erase(split.others.begin() + static_cast<std::ptrdiff_t>(at));
  if (IsService(split.command)) {
    const std::vector<std::string> behind(split.others.begin() + static_cast<std::ptrdiff_t>(at), split.others.end());
    const size_t operation = at + FindCommandWord(behind);
    if (operation < split.others.size()) {
      split.command += " " + split.others[operation];
      split.others.erase(split.others.begin() + static_cast<std::ptrdiff_t>(operation));
      split.behind = operation;
    }
  }
  return split;
}

// `help create-cluster`, `iam create-user help` and `iam help` ask what `--help` asks.
Words WithHelpAsFlag(Words split) {
  if (split.command == "help") {
    const size_t at = FindCommandWord(split.others);
    if (at == split.others.size()) return split;
    split = TakeCommand(split.others, at);
    split.others = {"--help"};
    return split;
  }
  const size_t end = split.command.size() - std::min<size_t>(split.command.size(), 5);
  if (split.command.substr(end) == " help") return {split.command.substr(0, end), {"--help"}};
  if (split.behind + 1 != split.others.size() || split.others.back() != "help") return split;
  const auto command = FindCommand(split.command);  // of the others, some take words: `explain help`
  if (command && command->spec.group == "API") split.others = {"--help"};
  return split;
}

// `help`, or a service without an operation.
int ListCommands(const Words& words, Io& io) {
  const bool asked = words.command == "help" || Contains(words.others, "--help") || Contains(words.others, "-h");
  if (!asked) {
    const std::string reason = fmt::format("which operation of {0}? All: elastilab {0} --help", words.command);
    return Fail(UsageError(reason), nullptr, io);
  }
  io.out << (words.command == "help" ? HelpIndex() : HelpIndexOf(words.command)) << std::flush;
  return kExitOk;
}

StatusOr<int> RunCommand(const Command& command, const std::vector<std::string>& words, Io& io,
                         const Context::RpcMaker& make_rpc) {
  ASSIGN_OR_RETURN(const Args args, ParseCommandLine(command.spec, words));
  if (args.Has("no-color") || args.Get("color") == "off") io.style.color = false;
  if (args.Get("color") == "on") io.style.color = true;
  if (args.Has("help")) {
    io.out << HelpText(command.spec, io.style.width) << std::flush;
    return kExitOk;
  }
  ASSIGN_OR_RETURN(auto query, ParseQuery(command.spec, args));
  ASSIGN_OR_RETURN(const std::string data_dir, FindDataDir(args.Get("data-dir")));
  RETURN_IF_ERROR(CheckAwsFlags(args, LabFiles{data_dir}));
  Context context(args, io, LabFiles{data_dir}, make_rpc, std::move(query));
  auto code = command.run(context);
  if (!code.ok()) return Explained(code.status(), context);
  return code;
}

}  // namespace

Rpc& Context::rpc() {
  if (rpc_ == nullptr) {
    const std::string endpoint = args.Get("endpoint");
    rpc_ = make_rpc_(endpoint.empty() ? CallTarget(files) : endpoint);
  }
  return *rpc_;
}

StatusOr<OutputFormat> Context::Format(OutputFormat otherwise) const {
  const bool drawn = otherwise == OutputFormat::kDrawn;
  if (!args.Has("output")) return drawn && query_ ? OutputFormat::kJson : otherwise;
  ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(args.Get("output")));
  return format == OutputFormat::kTable && drawn && !query_ ? OutputFormat::kDrawn : format;
}

StatusOr<std::string> Context::Render(const google::protobuf::Message& answer, OutputFormat format) const {
  if (!query_) return RenderMessage(answer, format, io.style);
  return Render(MessageTree(answer), format);
}

StatusOr<std::string> Context::Render(const nlohmann::ordered_json& answer, OutputFormat format) const {
  if (!query_) return RenderTree(answer, format, io.style);
  const auto found = query_->Search(answer);
  if (!found.ok()) {
    return UsageError(fmt::format("the call was made, but --query does not fit its answer:\n{}",
                                  std::string(found.status().message())));
  }
  return RenderTree(*found, format, io.style);
}

const std::vector<Command>& FriendlyCommands() {
  static const auto& all = *[] {
    auto* commands = new std::vector<Command>;
    for (const auto& part : {LabCommands, ClusterCommands, ShowCommands, WaitCommands, HistoryCommands, TrailCommands,
                             IamCommands, FaultCommands, CompletionCommands}) {
      for (Command& command : part()) commands->push_back(std::move(command));
    }
    return commands;
  }();
  return all;
}

const std::vector<std::string>& ServiceNames() {
  static const auto& names = *new std::vector<std::string>{kElastiCache, "iam", "sts"};
  return names;
}

bool IsService(const std::string& word) {
  return std::find(ServiceNames().begin(), ServiceNames().end(), word) != ServiceNames().end();
}

// In `elasticache …`, all but `wait` is an operation.
std::optional<Command> FindCommand(const std::string& name) {
  if (name.starts_with(kElastiCachePrefix)) {
    const std::string operation = name.substr(kElastiCachePrefix.size());
    if (operation.find(' ') != std::string::npos) return std::nullopt;
    return operation == "wait" ? FindCommand(operation) : ApiCommand(operation);
  }
  for (const Command& command : FriendlyCommands()) {
    if (command.spec.name == name) return command;
  }
  return ApiCommand(name);
}

int RunCli(const std::vector<std::string>& words, Io& io, const Context::RpcMaker& make_rpc) {
  const size_t at = FindCommandWord(words);
  if (at == words.size()) {
    const bool version = !words.empty() && words.front() == "--version";
    const bool asked = words.empty() || version || words.front() == "--help" || words.front() == "-h";
    if (!asked) return Fail(UsageError(fmt::format("no command after {}", words.front())), nullptr, io);
    (words.empty() ? io.err : io.out) << (version ? VersionText() : HelpIndex()) << std::flush;
    return words.empty() ? kExitUsage : kExitOk;
  }
  const Words split = WithHelpAsFlag(TakeCommand(words, at));
  if (split.command == "help" || IsService(split.command)) return ListCommands(split, io);
  const auto command = FindCommand(split.command);
  if (!command) return Fail(UnknownCommand(split.command), nullptr, io);
  const auto code = RunCommand(*command, split.others, io, make_rpc);
  return code.ok() ? *code : Fail(code.status(), &command->spec, io);
}

}  // namespace elastilab
