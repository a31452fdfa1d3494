-- Sets or removes the position of a member of a GEO set, if the version is newer than the one
-- stored, and removes members that are past their deadlines.
-- KEYS: the set, the hash with the versions of its members, the sorted set of their deadlines.
-- ARGV: version, member, deadline in milliseconds, and of a position longitude and latitude.
-- Returns 1 where it set or removed it, 0 where the stored version is as new or the deadline over.
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then
  return redis.error_reply('WRONGTYPE the key of the set holds something else')
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[1], member)
  redis.call('HDEL', KEYS[2], member)
  redis.call('ZREM', KEYS[3], member)
end
local stored = tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '-inf')
local newer = not stored or stored < tonumber(ARGV[1])
local result = 0
if newer and tonumber(ARGV[3]) <= now then
  redis.call('ZREM', KEYS[1], ARGV[2])
  redis.call('HDEL', KEYS[2], ARGV[2])
  redis.call('ZREM', KEYS[3], ARGV[2])
elseif newer then
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
  redis.call('ZADD', KEYS[3], ARGV[3], ARGV[2])
  if ARGV[4] then
    redis.call('GEOADD', KEYS[1], ARGV[4], ARGV[5], ARGV[2])
  else
    redis.call('ZREM', KEYS[1], ARGV[2])
  end
  result = 1
end
local last = redis.call('ZREVRANGE', KEYS[3], 0, 0, 'WITHSCORES')
if last[2] then
  local expiry = string.format('%.0f', tonumber(last[2]))
  redis.call('PEXPIREAT', KEYS[1], expiry)
  redis.call('PEXPIREAT', KEYS[2], expiry)
  redis.call('PEXPIREAT', KEYS[3], expiry)
end
return result
