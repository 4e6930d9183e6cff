#include <sys/types.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "controlplane/faces/query/http_connection.h"

namespace elastilab {
namespace {

using std::chrono::steady_clock;
using Instant = HttpConnection::Instant;
using Phase = HttpConnection::Phase;

// How late a deadline may be noticed.
constexpr auto kTick = std::chrono::milliseconds(100);
constexpr auto kDrainTime = std::chrono::seconds(1);

}  // namespace

HttpLoop::HttpLoop(const HttpShared& shared)
    : shared_(shared), work_(boost::asio::make_work_guard(io_)), ticker_(io_) {}

void HttpLoop::Run() { io_.run(); }

void HttpLoop::Add(boost::asio::ip::tcp::socket socket) {
  if (draining_) return;
  const size_t most = std::max<size_t>(1, shared_.options.max_connections / static_cast<size_t>(shared_.options.io_threads));
  const bool turn_away = connections_.size() >= most && !MakeRoom();
  // Not even room to say so, nor to those who were just told to go.
  if (connections_.size() >= 2 * most && !EndOldest({Phase::kLingering}, Instant::max())) return;
  auto connection = MakeHttpConnection(*this, std::move(socket), turn_away);
  connections_.emplace(connection.get(), connection);
  connection->Start();
  Tick();
}

bool HttpLoop::MakeRoom() {
  const Instant patient_until = steady_clock::now() - shared_.options.patience;
  return EndOldest({Phase::kIdle}, Instant::max()) ||
         EndOldest({Phase::kHandshake, Phase::kHead, Phase::kBody}, patient_until);
}

bool HttpLoop::EndOldest(std::initializer_list<HttpConnection::Phase> phases, Instant before) {
  std::shared_ptr<HttpConnection> oldest;
  for (const auto& [_, connection] : connections_) {
    if (std::find(phases.begin(), phases.end(), connection->phase()) == phases.end()) continue;
    if (connection->since() < before && (oldest == nullptr || connection->since() < oldest->since())) oldest = connection;
  }
  if (oldest == nullptr) return false;
  oldest->Expire();
  return true;
}

void HttpLoop::Remove(const HttpConnection* connection) {
  connections_.erase(connection);
  EndWhenEmpty();
}

bool HttpLoop::TakeBody(ssize_t bytes) {
  const size_t most = shared_.options.max_body_bytes / static_cast<size_t>(shared_.options.io_threads);
  if (bytes > 0 && body_bytes_ + static_cast<size_t>(bytes) > most) return false;
  body_bytes_ += static_cast<size_t>(bytes);
  return true;
}

// One timer for all deadlines, and none while nobody is connected.
void HttpLoop::Tick() {
  if (ticking_ || connections_.empty()) return;
  ticking_ = true;
  ticker_.expires_after(kTick);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    ticking_ = false;
    if (error) return;
    const auto now = steady_clock::now();
    std::vector<std::shared_ptr<HttpConnection>> late;
    for (const auto& [_, connection] : connections_) {
      if (connection->deadline() <= now) late.push_back(connection);
    }
    for (const auto& connection : late) connection->Expire();
    if (now >= end_by_) io_.stop();
    Tick();
  });
}

const std::string& HttpLoop::Date() {
  const time_t now = std::time(nullptr);
  if (now != date_second_) {
    tm parts{};
    char text[40];
    gmtime_r(&now, &parts);
    date_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts));
    date_second_ = now;
  }
  return date_;
}

void HttpLoop::Drain() {
  draining_ = true;
  std::vector<std::shared_ptr<HttpConnection>> all;
  for (const auto& [_, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->Drain();
}

void HttpLoop::EndSoon() {
  end_by_ = steady_clock::now() + kDrainTime;
  EndWhenEmpty();
}

void HttpLoop::EndWhenEmpty() {
  if (end_by_ == HttpConnection::Instant::max() || !connections_.empty()) return;
  ticker_.cancel();
  work_.reset();
}

}  // namespace elastilab
