// A region in memory: the real store, fleet, planner, executor and reconciler, driven by a manual clock, over zones whose
// agents and engines are simulated. Agents speak the real agent protocol; engines replicate at once while their link is
// up. Every fault that the issue names can be done to it, at any step.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "common/clock.h"
#include "common/secret.h"
#include "controlplane/region/reconcile/reconciler.h"
#include "proto/agent/v1/agent.pb.h"

namespace elastilab {

// One engine process.
struct SimEngine {
  agent::v1::Assignment wish;   // in force
  agent::v1::Assignment asked;  // the last one it was sent
  agent::v1::TaskReport task;   // of the last task
  int64_t silent_since = 0;
  bool alive = true;
  bool silent = false;          // SIGSTOP
  int64_t pid = 0;
  int64_t restarts = 0;
  bool synced = false;          // replica: holds what its primary holds
  int64_t data = 0;             // acknowledged writes that it holds
};

class SimRegion final : public DirectLine {
 public:
  explicit SimRegion(uint64_t seed);
  ~SimRegion() override;

  // What users do.
  void CreateGroup(const std::string& id, int members);
  void CreateMemcached(const std::string& id, int nodes);
  void Delete(const std::string& id);
  // Nothing while the group is not available, as the API would refuse it.
  // Returns the cluster that was asked for.
  std::string PromoteByHand(const std::string& group_id);
  void Upgrade(const std::string& group_id);
  // One write through the group's primary endpoint; whether it was acknowledged.
  bool Write(const std::string& group_id);

  // What goes wrong.
  void KillEngine(NodeUid uid);
  void StopEngine(NodeUid uid);
  void KillAgent(const std::string& zone);
  void LoseZone(const std::string& zone);
  void RestartControlPlane();
  void StartAgent(const std::string& zone);
  void RestoreZone(const std::string& zone);

  // Lets one random thing that can happen happen: a message arrives, a pass runs, a timer fires.
  void Step();
  // Everything that can happen happens, until nothing changes any more. False when it never comes to rest.
  bool Settle();
  // Agents come back, lost zones are restored, nothing is stopped any more.
  void Heal();

  // The invariants of the design, section 11; empty: all hold.
  std::string BrokenInvariant() const;
  std::string BrokenWhenSettled() const;

  std::vector<NodeUid> Nodes() const;
  std::vector<std::string> zones() const { return {"us-east-1a", "us-east-1b", "us-east-1c"}; }
  int64_t acknowledged(const std::string& group_id) const;
  // Whether a write may have been lost by the rules: all synced copies died at once.
  Store& store() { return *store_; }
  std::mt19937_64& random() { return random_; }
  std::string Describe() const;

  // DirectLine.
  void Ask(NodeUid uid, Question question) override;
  bool Kill(int64_t pid, int64_t start_ticks) override;

 private:
  struct Zone;
  class Link;

  void Deliver(Zone& zone);
  void Obey(Zone& zone, const agent::v1::ControlMessage& message);
  void ApplyWish(Zone& zone, const agent::v1::Assignment& wish);
  void StartEngine(Zone& zone, const agent::v1::Assignment& wish);
  void HandOver(Zone& zone, SimEngine& engine, const agent::v1::Assignment& wish);
  void ReportAt(const std::string& address);
  void Report(Zone& zone, NodeUid uid, int64_t probe_id = 0);
  agent::v1::NodeReport ReportOf(const Zone& zone, NodeUid uid) const;
  void EngineDied(Zone& zone, NodeUid uid);
  void Replicate();
  SimEngine* HolderOf(const std::string& endpoint) const;
  SimEngine* At(const std::string& address) const;
  void Assemble();
  void Relax();

  std::mt19937_64 random_;
  ManualClock clock_;
  LabKey key_{"simulation"};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Fleet> fleet_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<Reconciler> reconciler_;
  std::map<std::string, std::unique_ptr<Zone>> zones_;
  std::deque<std::pair<NodeUid, Question>> questions_;
  std::map<std::string, int64_t> acknowledged_;
  int64_t next_pid_ = 1000;
  int upgrades_ = 0;
};

}  // namespace elastilab
