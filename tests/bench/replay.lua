-- wrk sends the prepared requests of a file, one after the other, and says what came back as JSON.
--   wrk … -s replay.lua http://127.0.0.1:4566 -- requests.bin      each request whole, as bytes, ended by "\0\0\0\0"
local prepared, next = {}, 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for text in file:read("*a"):gmatch("(.-)%z%z%z%z") do prepared[#prepared + 1] = text end
  file:close()
end

function request()
  next = next % #prepared + 1
  return prepared[next]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"rate": %.1f, "bytes": %d, "p50": %.6f, "p99": %.6f, "refused": %d, "broken": %d}\n',
    summary.requests / summary.duration * 1e6, summary.bytes / math.max(summary.requests, 1),
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
