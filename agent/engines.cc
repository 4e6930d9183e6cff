#include "agent/engines.h"

#include "dataplane/engine/memcached_driver.h"
#include "dataplane/engine/redis_driver.h"
#include "dataplane/engine/shim_path.h"

namespace elastilab {

EngineSet::EngineSet(boost::asio::io_context& io) : installed_(FindEngineBinaries()) {
  drivers_[EngineFamily::kRedis] = MakeRedisDriver(io, FindShim());
  drivers_[EngineFamily::kValkey] = MakeRedisDriver(io, FindShim());
  drivers_[EngineFamily::kMemcached] = MakeMemcachedDriver(io);
}

Engines EngineSet::View() const {
  return Engines{.installed = installed_,
                 .driver =
                     [this](EngineFamily family) {
                       const auto driver = drivers_.find(family);
                       return driver == drivers_.end() ? nullptr : driver->second.get();
                     },
                 .choose = [this](EngineFamily family,
                                  const std::string& version) { return ChooseBinary(installed_, family, version); }};
}

}  // namespace elastilab
