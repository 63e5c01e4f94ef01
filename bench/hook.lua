-- wrk's side of bench/ingest.py: sends the ready-made requests of REQUESTS, one after the other.
local at = 0
local requests = {}

function init(args)
  local file = io.open(os.getenv("REQUESTS"), "rb")
  local all = file:read("*a")
  file:close()
  local from = 1
  while true do
    local to = all:find("\0\0\0\0", from, true)
    requests[#requests + 1] = all:sub(from, (to or #all + 1) - 1)
    if not to then break end
    from = to + 4
  end
end

function request()
  at = at + 1
  return requests[(at - 1) % #requests + 1]
end

function done(summary, latency, requests_)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout
  io.write(string.format('{"per_second": %.1f, "not_2xx": %d, "p50_ms": %.1f, "p99_ms": %.1f}\n',
    summary.requests / summary.duration * 1e6, bad, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
