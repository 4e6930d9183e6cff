#include "cli/commands/paging.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "cli/client/exit_code.h"
#include "schema/operations.h"
#include "schema/scalar.h"
#include "schema/wire_names.h"

namespace elastilab {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

constexpr char kNoPaginate[] = "no-paginate";
constexpr char kStartingToken[] = "starting-token";
constexpr char kPageSize[] = "page-size";
constexpr char kMaxItems[] = "max-items";
constexpr char kTruncated[] = "boto_truncate_amount";

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// The message that holds the last field of the path; null when a structure on the way is absent.
Message* HolderOf(const Paging::Path& path, Message* message) {
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    if (!message->GetReflection()->HasField(*message, path[i])) return nullptr;
    message = message->GetReflection()->MutableMessage(message, path[i]);
  }
  return path.empty() ? nullptr : message;
}

std::string TakeText(const Paging::Path& path, Message* message) {
  Message* holder = HolderOf(path, message);
  if (holder == nullptr || !holder->GetReflection()->HasField(*holder, path.back())) return "";
  std::string text = ScalarText(*holder, path.back());
  holder->GetReflection()->ClearField(holder, path.back());
  return text;
}

// A list in a message, to be cut at its ends.
class ListAt {
 public:
  ListAt(const Paging::Path& path, Message* message) : holder_(HolderOf(path, message)) {
    if (holder_ != nullptr) field_ = path.back();
  }

  int64_t size() const { return holder_ == nullptr ? 0 : holder_->GetReflection()->FieldSize(*holder_, field_); }
  void CutBack(int64_t to_keep) {
    while (size() > to_keep) holder_->GetReflection()->RemoveLast(holder_, field_);
  }
  void CutFront(int64_t to_drop) {
    const int64_t rest = std::max<int64_t>(size() - to_drop, 0);
    for (int64_t i = 0; i < rest; ++i) {
      holder_->GetReflection()->SwapElements(holder_, field_, static_cast<int>(i), static_cast<int>(i + to_drop));
    }
    CutBack(rest);
  }

 private:
  Message* holder_;
  const FieldDescriptor* field_ = nullptr;
};

struct Token {
  std::string marker = {};  // empty: the first page
  int64_t truncated = 0;    // how many elements of that page have been seen
};

// To the byte as botocore spells it.
std::string EncodeToken(const std::string& marker, std::optional<int64_t> truncated, const FieldDescriptor* input) {
  const nlohmann::json value = marker.empty() ? nlohmann::json() : nlohmann::json(marker);
  const std::string amount = truncated ? fmt::format(", \"{}\": {}", kTruncated, *truncated) : "";
  return absl::Base64Escape(fmt::format("{{\"{}\": {}{}}}", WireName(input), value.dump(-1, ' ', true), amount));
}

StatusOr<Token> DecodeToken(const std::string& text, const FieldDescriptor* input) {
  std::string decoded;
  if (text.empty() || !absl::Base64Unescape(text, &decoded)) return Token{.marker = text};
  const auto json = nlohmann::ordered_json::parse(decoded, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Token{.marker = text};
  Token token;
  for (const auto& [name, value] : json.items()) {
    if (name == WireName(input) && (value.is_string() || value.is_null())) {
      if (value.is_string()) token.marker = value.get<std::string>();
    } else if (name == kTruncated && value.is_number_integer() && value.get<int64_t>() >= 0) {
      token.truncated = value.get<int64_t>();
    } else {
      return UsageError(fmt::format("--{}: not a token of this operation: {}", kStartingToken, text));
    }
  }
  return token;
}

// IAM's IsTruncated says what the marker says.
void DropIsTruncated(Message* message) {
  const FieldDescriptor* field = FindByWireName(message->GetDescriptor(), "IsTruncated");
  if (field != nullptr) message->GetReflection()->ClearField(message, field);
}

bool Given(const FieldDescriptor* field, const Message& request) {
  if (field == nullptr) return false;
  return request.GetReflection()->HasField(request, field);
}

Status SetPageSize(const Operation& operation, const Args& args, Message* request) {
  if (operation.paging->limit == nullptr || !args.Has(kPageSize)) return absl::OkStatus();
  const Status status = SetScalar(request, operation.paging->limit, args.Get(kPageSize));
  return status.ok() ? status : UsageError(fmt::format("--{}: {}", kPageSize, std::string(status.message())));
}

Status SetMarker(const Paging& paging, const std::string& marker, Message* request) {
  request->GetReflection()->ClearField(request, paging.input_token);
  return marker.empty() ? absl::OkStatus() : SetScalar(request, paging.input_token, marker);
}

}  // namespace

std::vector<Flag> PagingFlags(const Operation& operation) {
  if (!operation.paging || operation.paging->input_token == nullptr) return {};
  std::vector<Flag> flags = {{.name = kStartingToken,
                              .value = "TOKEN",
                              .help = "Where to go on: NextToken of an answer that --max-items has cut."}};
  if (operation.paging->limit != nullptr) {
    flags.push_back(
        {.name = kPageSize, .value = "N", .help = "How many elements to ask for in one call; the answer has all."});
  }
  flags.push_back(
      {.name = kMaxItems,
       .value = "N",
       .help = "How many elements to print at most; then the answer has a NextToken for --starting-token."});
  return flags;
}

StatusOr<bool> PagesByHand(const Operation& operation, const Args& args, const Message& request) {
  if (!operation.paging || operation.paging->input_token == nullptr) return true;
  const bool by_hand =
      args.Has(kNoPaginate) || Given(operation.paging->input_token, request) || Given(operation.paging->limit, request);
  if (!by_hand) return false;
  for (const char* flag : {kStartingToken, kPageSize, kMaxItems}) {
    if (!args.Has(flag) || FindByCliFlag(operation.request, flag) != nullptr) continue;
    return UsageError(fmt::format("--{} is for answers of all pages: it does not go with --{}, --marker and the like",
                                  flag, kNoPaginate));
  }
  return true;
}

StatusOr<Pages> CallAllPages(Rpc& rpc, const Operation& operation, const Args& args, Message* request) {
  const Paging& paging = *operation.paging;
  ASSIGN_OR_RETURN(Token token, DecodeToken(args.Get(kStartingToken), paging.input_token));
  ASSIGN_OR_RETURN(const int most,
                   args.Int(kMaxItems, std::numeric_limits<int>::max(), 0, std::numeric_limits<int>::max()));
  RETURN_IF_ERROR(SetPageSize(operation, args, request));
  Pages pages{.answer = NewMessage(operation.response)};
  for (int64_t left = most;;) {
    RETURN_IF_ERROR(SetMarker(paging, token.marker, request));
    const auto page = NewMessage(operation.response);
    RETURN_IF_ERROR(rpc.Call(MethodPath(operation), *request, page.get()));
    ListAt list(paging.result, page.get());
    list.CutFront(token.truncated);
    const bool cut = list.size() > left;
    if (cut) list.CutBack(left);
    left -= list.size();
    const Token next{.marker = TakeText(paging.output_token, page.get())};
    pages.answer->MergeFrom(*page);
    if (cut) pages.next_token = EncodeToken(token.marker, token.truncated + list.size(), paging.input_token);
    if (cut || next.marker.empty()) break;
    if (left == 0 && args.Has(kMaxItems)) {
      pages.next_token = EncodeToken(next.marker, std::nullopt, paging.input_token);
      break;
    }
    if (next.marker == token.marker) {
      return absl::InternalError(fmt::format("{} gave the same marker twice: {}", operation.name, next.marker));
    }
    token = next;
  }
  DropIsTruncated(pages.answer.get());
  return pages;
}

std::string MethodPath(const Operation& operation) {
  return fmt::format("/{}/{}", operation.method->service()->full_name(), operation.method->name());
}

}  // namespace elastilab
