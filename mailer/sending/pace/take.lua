-- Takes tokens from several limits at once: as many as all of them have, and none if one has none.
--
-- KEYS      a hash for each limit
-- ARGV[1]   how many are wanted
-- ARGV[2]   now in microseconds; "" for this server's clock, which is the one that counts
-- ARGV[3..] for each limit: messages, window in microseconds
--
-- Windows of up to a minute are kept by an even flow (GCRA): the hash holds when the next message
-- is due. It runs 4 % slow, so that a little unevenness on the way never makes one message too many.
-- Longer windows are counted in 100 slots: what the last 101 slots hold is at most the limit, so no
-- window of that length ever holds more; all of it may go at once.
--
-- Returns {granted, delay, interval, wait, tolerance}: how many; microseconds until the first of
-- them, and between two; where none was granted, microseconds until asking again makes sense; and
-- by how many a message may be late, which is half of what the flow runs slower than its limit.

local SLOTS, EVEN_UP_TO, AHEAD, SLOWER = 100, 60000000, 200000, 1.04

local function clock()
    if ARGV[2] ~= "" then return tonumber(ARGV[2]) end
    local time = redis.call("TIME")
    return time[1] * 1000000 + time[2]
end

local now, granted = clock(), tonumber(ARGV[1])
local delay, interval, wait, tolerance = 0, 0, 0, 0
local limits = {}

local function even(key, count, window)
    local step = window / count * SLOWER
    local due = math.max(now, tonumber(redis.call("HGET", key, "due") or 0))
    due = math.min(due, now + math.max(window, step) * SLOWER)  -- a rate that was lower is no debt
    local room = due > now + AHEAD and 0 or math.floor((now + AHEAD - due) / step) + 1
    return {key = key, window = window, step = step, due = due, room = room,
            wait = math.max(0, due - now - AHEAD)}
end

local function slotted(key, count, window)
    local width = window / SLOTS
    local slot = math.floor(now / width)
    local held, first = 0, nil
    local stored = redis.call("HGETALL", key)
    for i = 1, #stored, 2 do
        local number = tonumber(stored[i])
        if number == nil or number < slot - SLOTS or number > slot then
            redis.call("HDEL", key, stored[i])
        else
            held = held + tonumber(stored[i + 1])
            if tonumber(stored[i + 1]) > 0 and (first == nil or number < first) then
                first = number
            end
        end
    end
    return {key = key, window = window, slot = slot, room = math.max(0, count - held),
            wait = first and (first + SLOTS + 1) * width - now or width}
end

for i, key in ipairs(KEYS) do
    local count, window = tonumber(ARGV[1 + 2 * i]), tonumber(ARGV[2 + 2 * i])
    local limit = window <= EVEN_UP_TO and even(key, count, window) or slotted(key, count, window)
    limits[i] = limit
    granted = math.min(granted, limit.room)
    if limit.room == 0 then wait = math.max(wait, limit.wait) end
end
if granted == 0 then return {0, 0, 0, math.ceil(wait), 0} end

for _, limit in ipairs(limits) do
    if limit.step then
        delay = math.max(delay, limit.due - now)
        interval = math.max(interval, limit.step)
        local half = limit.window * (SLOWER - 1) / 2
        tolerance = tolerance == 0 and half or math.min(tolerance, half)
        redis.call("HSET", limit.key, "due", string.format("%.0f", limit.due + granted * limit.step))
    else
        redis.call("HINCRBY", limit.key, limit.slot, granted)
    end
    redis.call("PEXPIRE", limit.key, math.ceil(limit.window * 2 / 1000) + 1000)
end
return {granted, math.ceil(delay), math.ceil(interval), 0, math.floor(tolerance)}
