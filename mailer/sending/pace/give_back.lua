-- Gives tokens back that were taken a moment ago and not used.
--
-- KEYS, ARGV[2] and ARGV[3..] as for take.lua; ARGV[1] is how many come back.

local SLOTS, EVEN_UP_TO, SLOWER = 100, 60000000, 1.04
local now = tonumber(ARGV[2])
if now == nil then
    local time = redis.call("TIME")
    now = time[1] * 1000000 + time[2]
end
for i, key in ipairs(KEYS) do
    local count, window = tonumber(ARGV[1 + 2 * i]), tonumber(ARGV[2 + 2 * i])
    if redis.call("EXISTS", key) == 1 then
        if window <= EVEN_UP_TO then
            local due = tonumber(redis.call("HGET", key, "due") or 0)
            due = due - tonumber(ARGV[1]) * window / count * SLOWER
            redis.call("HSET", key, "due", string.format("%.0f", math.max(0, due)))
        else
            redis.call("HINCRBY", key, math.floor(now / (window / SLOTS)), -tonumber(ARGV[1]))
        end
    end
end
