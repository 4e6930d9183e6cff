// Carries out plans: first the intent is committed, then agents hear of it. Every act can be repeated.
#pragma once

#include "common/secret.h"
#include "controlplane/region/catalog/naming.h"
#include "controlplane/region/fleet/direct_prober.h"
#include "controlplane/region/fleet/fleet.h"
#include "controlplane/region/reconcile/observer.h"

namespace elastilab {

class Executor {
 public:
  Executor(Store& store, Fleet& fleet, DirectLine& direct, Location where, const LabKey& key)
      : store_(store), fleet_(fleet), direct_(direct), where_(std::move(where)), key_(key) {}

  // Commits what `plan` changes of `world`, then sends wishes and questions. Aborted when a record has changed since it
  // was observed: nothing was done, observe again. Unavailable when the store could not save.
  Status Execute(const World& world, const Plan& plan);

  // What should run in a zone, for Welcome. `known` are the nodes its agent has a trace of: a member of a group that
  // ran before and left none is dead, and is not started again empty.
  std::vector<agent::v1::Assignment> AssignmentsOf(const std::string& zone, const std::set<NodeUid>& known);

 private:
  Status Commit(const World& world, const Plan& plan);
  void SendWishes(const Plan& plan);
  void AskQuestions(const Plan& plan);

  Store& store_;
  Fleet& fleet_;
  DirectLine& direct_;
  const Location where_;
  const LabKey& key_;
};

}  // namespace elastilab
