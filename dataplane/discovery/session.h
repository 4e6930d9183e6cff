// One client of the configuration endpoint: its own answers, and everything else carried to a node of the cluster and
// back, in order. Internal to discovery/.
//
//   client ──▶ RequestSplitter ──▶ node         a node is connected when the first request needs one
//   client ◀── Barrier ◀───────── node          an own answer waits until what was passed on before it is answered
//
// Each direction holds at most one piece (16 KiB) at a time: a side that doesn't read stops the other from being read.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dataplane/discovery/barrier.h"
#include "dataplane/discovery/cluster_view.h"
#include "dataplane/discovery/request_splitter.h"

namespace elastilab {

class DiscoverySession : public std::enable_shared_from_this<DiscoverySession> {
 public:
  using Tcp = boost::asio::ip::tcp;
  // Asked at the moment of each answer, so that it is never older than the state file.
  using ViewSource = std::function<const ClusterView&()>;

  DiscoverySession(boost::asio::io_context& io, Tcp::socket client, ViewSource view);

  // Lives until either side ends.
  void Start() { ReadClient(); }

 private:
  using Error = boost::system::error_code;

  // A socket with what waits to be written to it.
  struct Side {
    explicit Side(Tcp::socket s) : socket(std::move(s)) {}
    Tcp::socket socket;
    bool open = false;
    bool ended = false;  // nothing more comes from it
    std::string pending;
    std::string writing;
    bool drained() const { return pending.empty() && writing.empty(); }
  };

  void ReadClient();
  void OnClientReadable(const Error& error);
  void Process();
  void Handle(ClientRequest request);
  void AnswerInTurn(ClientRequest::Kind kind);
  std::string AnswerTo(ClientRequest::Kind kind) const;

  void ConnectNode(size_t member);
  void ReadNode();
  void OnNodeReadable(const Error& error);
  void FromNode(std::string_view bytes);

  void Flush(Side& side);
  void Continue();
  void Close();

  ViewSource view_;
  Side client_;
  Side node_;
  bool connecting_ = false;
  bool dirty_ = false;  // something was passed on since the last barrier
  bool reading_client_ = false;
  bool reading_node_ = false;
  bool closing_ = false;  // once all is written to the client
  RequestSplitter splitter_;
  std::string unread_;  // from the client, waiting for the barrier
  std::optional<Barrier> barrier_;
  ClientRequest::Kind behind_barrier_ = ClientRequest::Kind::kForward;
};

}  // namespace elastilab
