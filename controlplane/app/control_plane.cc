#include "controlplane/app/control_plane.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>

#include "common/secret.h"
#include "common/os/files.h"
#include "controlplane/app/agent_keeper.h"
#include "controlplane/app/gatekeeper.h"
#include "controlplane/app/query_backend.h"
#include "controlplane/app/settings.h"
#include "controlplane/faces/admin/admin.h"
#include "controlplane/faces/admin/change_waiter.h"
#include "controlplane/faces/certificates/lab_certificate.h"
#include "controlplane/faces/query/front.h"
#include "controlplane/faces/query/http_server.h"
#include "controlplane/faces/rpc/rpc_server.h"
#include "controlplane/region/endpoints/dns_server.h"
#include "controlplane/region/endpoints/endpoint_names.h"
#include "controlplane/region/fleet/agent_service.h"
#include "controlplane/region/reconcile/reconciler.h"
#include "controlplane/region/schedule/maintenance_calendar.h"
#include "controlplane/services/call/dispatcher.h"
#include "controlplane/services/elasticache/handlers.h"
#include "controlplane/services/elasticache/queued_changes.h"
#include "controlplane/services/iam/iam_handlers.h"
#include "controlplane/services/sts/sts_handlers.h"
#include "proto/admin/v1/admin.pb.h"
#include "proto/agent/v1/agent.pb.h"

#include <grpcpp/impl/codegen/service_type.h>

namespace elastilab {
namespace {

constexpr std::string_view kVersion = "0.1.0";


std::vector<const google::protobuf::ServiceDescriptor*> ServicesOf(const std::vector<Operation>& operations) {
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  for (const Operation& operation : operations) {
    const auto* service = operation.method->service();
    if (services.empty() || services.back() != service) services.push_back(service);
  }
  return services;
}

class Assembled final : public ControlPlane {
 public:
  Assembled(const ControlPlaneOptions& options, std::function<void()> on_stop, LabKey key, std::unique_ptr<Store> store)
      : options_(options), on_stop_(std::move(on_stop)), key_(std::move(key)), store_(std::move(store)), fleet_(clock_),
        prober_([this](NodeUid uid, int64_t incarnation, DirectVerdict verdict) { fleet_.SetDirect(uid, incarnation, verdict); }) {}

  // The store's writer and the prober still call what is destroyed after them.
  ~Assembled() override {
    Stop();
    prober_.Stop();
    store_.reset();
  }

  Status Open() {
    store_->OnChange([this](const Change& change) {
      if (reconciler_) reconciler_->OnChange(change);
      if (calendar_) calendar_->OnChange(change);
      waiter_.Changed(change.revision);
    });
    ASSIGN_OR_RETURN(const LabSettings settings, PrepareSettings(*store_, options_));
    clock_.Advance(milliseconds(settings.clock_offset_ms));
    const Location where{settings.region, settings.account, settings.dns_token};
    executor_ = std::make_unique<Executor>(*store_, fleet_, prober_, where, key_);
    reconciler_ = std::make_unique<Reconciler>(*store_, fleet_, clock_, *executor_);
    region_ = std::make_unique<Region>(Region{*store_, clock_, where, AddressPlan(options_.zones, options_.subnet_base),
                                              options_.endpoint_style, options_.quota_factor});
    region_->engine_is_installed = [this](Engine engine) { return fleet_.HasEngine(std::string(Text(engine))); };
    ASSIGN_OR_RETURN(trail_, Trail::Open(options_.data_dir + "/trail.jsonl"));
    directory_ = std::make_unique<Directory>(*store_, clock_, key_, where);
    gatekeeper_ = std::make_unique<Gatekeeper>(clock_, where, options_.signature_skew, *trail_, Identities());
    dispatcher_ = std::make_unique<Dispatcher>(*region_, ElastiCacheHandlers(), gatekeeper_->Hooks("elasticache"));
    iam_ = std::make_unique<Dispatcher>(*region_, IamHandlers(*directory_), gatekeeper_->Hooks("iam"), IamOperations());
    sts_ = std::make_unique<Dispatcher>(*region_, StsHandlers(*directory_), gatekeeper_->Hooks("sts"), StsOperations());
    calendar_ = std::make_unique<MaintenanceCalendar>(*store_, clock_, [this](const Appointment& appointment) {
      return ApplyQueuedChanges(*dispatcher_, *region_, appointment);
    });
    clock_.OnAdvance([this] { calendar_->Wake(); });
    ListenToFleet();
    return absl::OkStatus();
  }

  Status Serve() {
    RETURN_IF_ERROR(StartDns());
    MakeAdmin();
    RETURN_IF_ERROR(StartRpc());
    RETURN_IF_ERROR(StartHttp());
    StartKeeper();
    reconciler_->Start();
    calendar_->Start();
    serves_ = true;
    return absl::OkStatus();
  }

  Status WaitReady(std::chrono::milliseconds timeout) override {
    std::unique_lock lock(ready_mu_);
    const bool ready = !options_.run_agents || ready_changed_.wait_for(lock, timeout, [&] { return MissingZones().empty(); });
    if (!ready) {
      return absl::DeadlineExceededError(fmt::format("no agent for {} after {} ms; see {}/log", MissingZones(),
                                                     timeout.count(), options_.data_dir));
    }
    rpc_->SetServing(true);
    return absl::OkStatus();
  }

  void Stop() override {
    if (stopped_) return;
    stopped_ = true;
    if (keeper_) keeper_->Stop();
    waiter_.Stop();
    if (http_) http_->Stop();
    if (rpc_) rpc_->Stop();
    if (calendar_) calendar_->Stop();
    if (reconciler_) reconciler_->Stop();
    dns_.reset();
  }

 private:
  Gatekeeper::Sources Identities() {
    Gatekeeper::Sources sources;
    sources.keys = [this](const std::string& id, const std::string& token) { return directory_->FindKey(id, token); };
    sources.policies = [this](const Caller& caller) { return directory_->PoliciesOf(caller); };
    sources.used = [this](const std::string& id, const std::string& service) { directory_->NoteUse(id, service); };
    sources.facts.iam_arn = [this](std::string_view type, std::string_view name) { return directory_->ArnOf(type, name); };
    sources.facts.tags = [this](const std::string& arn) { return directory_->TagsOf(arn); };
    return sources;
  }

  void ListenToFleet() {
    Fleet::Listener listener;
    listener.node = [this](NodeUid uid) { reconciler_->WakeNode(uid); };
    listener.zone = [this](const std::string& zone) {
      reconciler_->WakeZone(zone);
      if (serves_ && keeper_) keeper_->Wake();
      std::lock_guard lock(ready_mu_);
      ready_changed_.notify_all();
    };
    listener.assignments = [this](const std::string& zone, const std::set<NodeUid>& known) {
      return executor_->AssignmentsOf(zone, known);
    };
    fleet_.SetListener(std::move(listener));
  }

  Status StartDns() {
    if (options_.dns_port == 0) return absl::OkStatus();
    auto resolve = [this](std::string_view name) {
      return store_->Read([&](const State& state) { return ResolveEndpoint(state, region_->location, name); });
    };
    ASSIGN_OR_RETURN(dns_, DnsServer::Start("127.0.0.1", options_.dns_port, resolve));
    return absl::OkStatus();
  }

  void MakeAdmin() {
    LabFacts facts{std::string(kVersion), options_.data_dir, fmt::format("127.0.0.1:{}", options_.grpc_port),
                   options_.dns_port == 0 ? "" : fmt::format("127.0.0.1:{}", options_.dns_port),
                   options_.http_port == 0 ? "" : fmt::format("127.0.0.1:{}", options_.http_port), clock_.Now()};
    // Without a keeper someone else starts agents.
    auto start_agents = [this] {
      if (serves_ && keeper_) keeper_->Wake();
    };
    admin_ = std::make_unique<AdminContext>(AdminContext{*region_, fleet_, *reconciler_, clock_, *trail_, gatekeeper_->authorizer(),
                                                         *directory_, std::move(facts), start_agents, on_stop_,
                                                         [this] { return Problems(); }});
  }

  Status StartRpc() {
    RpcServerOptions listen;
    if (options_.grpc_port != 0) listen.tcp_address = fmt::format("127.0.0.1:{}", options_.grpc_port);
    listen.control_socket = ControlSocket(options_.data_dir);
    listen.agent_socket = AgentSocket(options_.data_dir);
    std::vector<RpcService> services;
    AddServices("elasticache", AllOperations(), *dispatcher_, services);
    AddServices("iam", IamOperations(), *iam_, services);
    AddServices("sts", StsOperations(), *sts_, services);
    const auto* admin_file = admin::v1::GetLabRequest::descriptor()->file();
    services.push_back({admin_file->service(0), [this](const RpcCall& call, const RpcDone& done) { CallAdmin(call, done); }});
    agent_service_ = MakeAgentService(fleet_);
    ASSIGN_OR_RETURN(rpc_, RpcServer::Start(listen, std::move(services), agent_service_.get()));
    rpc_->SetServing(false);
    return absl::OkStatus();
  }

  Status StartHttp() {
    if (options_.http_port == 0) return absl::OkStatus();
    query_backend_ = std::make_unique<LabQueryBackend>(*region_, *gatekeeper_, [this] { return Problems(); });
    query_backend_->Add("elasticache", *dispatcher_);
    query_backend_->Add("iam", *iam_);
    query_backend_->Add("sts", *sts_);
    const QueryService iam{"iam", "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/", IamOperations()};
    const QueryService sts{"sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", StsOperations()};
    QueryFrontOptions front{std::string(kVersion), {ElastiCacheQueryService(), iam, sts}};
    query_front_ = std::make_unique<QueryFront>(std::move(front), *query_backend_);
    HttpServerOptions listen;
    listen.port = options_.http_port;
    if (options_.tls && options_.tls_certificate.empty()) {
      ASSIGN_OR_RETURN(const auto own, EnsureLabCertificate(options_.data_dir, std::chrono::system_clock::now()));
      listen.certificate_file = own.certificate;
      listen.key_file = own.key;
    } else {
      listen.certificate_file = options_.tls_certificate;
      listen.key_file = options_.tls_key;
    }
    ASSIGN_OR_RETURN(http_, HttpServer::Start(listen, *query_front_));
    return absl::OkStatus();
  }

  // For health and status.
  std::vector<std::string> Problems() const {
    std::vector<std::string> problems;
    if (!serves_) return {"the control plane is starting"};
    for (const Status& status : {store_->Writable(), rpc_->Accepting()}) {
      if (!status.ok()) problems.emplace_back(status.message());
    }
    return problems;
  }

  void AddServices(const std::string& name, const std::vector<Operation>& operations, const Dispatcher& dispatcher,
                   std::vector<RpcService>& services) {
    for (const google::protobuf::ServiceDescriptor* service : ServicesOf(operations)) {
      services.push_back({service, [this, name, &dispatcher](const RpcCall& call, const RpcDone& done) {
                            auto caller = gatekeeper_->Admit(call.peer, name, call.operation, call.request_id);
                            if (!caller.ok()) return done(caller.status());
                            RequestContext context{*region_, call.request_id, clock_.Now(), *std::move(caller)};
                            done(dispatcher.Dispatch(call.operation.name, context, call.request, &call.response));
                          }});
    }
  }

  // Over TCP the lab's own levers are for the account's root alone.
  Status MayAdminister(const RpcCall& call) {
    if (call.peer.owner) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Caller caller, gatekeeper_->Admit(call.peer, "lab", call.operation, call.request_id));
    if (caller.type == PrincipalType::kRoot) return absl::OkStatus();
    return absl::PermissionDeniedError(fmt::format("{} may not call {}: the lab's own API is for the account's root", caller.arn,
                                                   call.operation.name));
  }

  void CallAdmin(const RpcCall& call, const RpcDone& done) {
    if (Status allowed = MayAdminister(call); !allowed.ok()) return done(allowed);
    if (call.operation.name == "WaitForChange") {
      const auto& request = static_cast<const admin::v1::WaitForChangeRequest&>(call.request);
      auto& response = static_cast<admin::v1::WaitForChangeResponse&>(call.response);
      const auto timeout = std::clamp<int64_t>(request.timeout_ms(), 0, 60'000);
      waiter_.Wait(request.revision(), milliseconds(timeout), [done, &response](int64_t revision) {
        response.set_revision(revision);
        done(absl::OkStatus());
      });
      return;
    }
    static const auto& handlers = *new auto(AdminHandlers());
    auto handler = handlers.find(call.operation.name);
    done(handler == handlers.end() ? absl::UnimplementedError("not served: " + call.operation.name)
                                   : handler->second(*admin_, call.request, &call.response));
  }

  void StartKeeper() {
    if (!options_.run_agents) return;
    AgentCommand command{ProgramDirectory() + "/elastilab-agent", options_.data_dir,
                         "unix:" + AgentSocket(options_.data_dir), options_.data_dir + "/log"};
    keeper_ = std::make_unique<AgentKeeper>(
        command, options_.zones, [this](const std::string& zone) { return IsWanted(zone); },
        [this](const std::string& zone) { return fleet_.ZoneSeen(zone).connected; });
    keeper_->Start();
  }

  // A lost zone's agent stays away, and so do all while the lab goes down.
  bool IsWanted(const std::string& zone) const {
    return store_->Read([&](const State& state) {
      const Zone* record = state.Find<Zone>(zone);
      return !state.Find<LabSettings>(1)->suspended && (record == nullptr || record->status == ZoneStatus::kUp);
    });
  }

  std::string MissingZones() const {
    std::string missing;
    for (const std::string& zone : options_.zones) {
      if (!IsWanted(zone) || fleet_.ZoneSeen(zone).connected) continue;
      missing += missing.empty() ? zone : ", " + zone;
    }
    return missing;
  }

  const ControlPlaneOptions options_;
  const std::function<void()> on_stop_;
  const LabKey key_;
  SystemClock clock_;
  std::unique_ptr<Store> store_;
  ChangeWaiter waiter_;
  Fleet fleet_;
  DirectProber prober_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<Reconciler> reconciler_;
  std::unique_ptr<Region> region_;
  std::unique_ptr<Trail> trail_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<Gatekeeper> gatekeeper_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Dispatcher> iam_;
  std::unique_ptr<Dispatcher> sts_;
  std::unique_ptr<MaintenanceCalendar> calendar_;
  std::unique_ptr<AdminContext> admin_;
  std::unique_ptr<DnsServer> dns_;
  std::unique_ptr<grpc::Service> agent_service_;
  std::unique_ptr<RpcServer> rpc_;
  std::unique_ptr<LabQueryBackend> query_backend_;
  std::unique_ptr<QueryFront> query_front_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<AgentKeeper> keeper_;
  std::mutex ready_mu_;
  std::condition_variable ready_changed_;
  std::atomic<bool> serves_ = false;  // calls come before all of the above is there
  bool stopped_ = false;
};

}  // namespace

StatusOr<std::unique_ptr<ControlPlane>> ControlPlane::Start(const ControlPlaneOptions& options,
                                                            std::function<void()> on_stop) {
  RETURN_IF_ERROR(PrepareDirectories(options.data_dir));
  ASSIGN_OR_RETURN(LabKey key, LabKey::LoadOrCreate(options.data_dir + "/lab.key"));
  ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                   OpenStore(options.data_dir + "/elastilab.db", {.rehearse = options.rehearse_mutations}));
  auto assembled = std::make_unique<Assembled>(options, std::move(on_stop), std::move(key), std::move(store));
  RETURN_IF_ERROR(assembled->Open());
  RETURN_IF_ERROR(assembled->Serve());
  return assembled;
}

}  // namespace elastilab
