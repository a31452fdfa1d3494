-- Replaces a sorted set and the hash that describes it, if the version is newer than the one stored.
-- KEYS: the sorted set, the hash.
-- ARGV: version, number of attributes, then field and value of each, then score and name of each member.
-- Returns 1 where it replaced them, 0 where the stored version is as new.
local stored = redis.call('HGET', KEYS[2], 'version')
if stored then
  local version = tonumber(stored)
  if not version then
    return redis.error_reply('ERR the field version of the hash is not a number')
  end
  if version >= tonumber(ARGV[1]) then
    return 0
  end
end

-- A server out of memory refuses a script only at its first write, so that must be one that takes some.
redis.call('HSET', KEYS[2], 'version', ARGV[1])
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[2], 'version', ARGV[1])

local next = 3
for _ = 1, tonumber(ARGV[2]) do
  redis.call('HSET', KEYS[2], ARGV[next], ARGV[next + 1])
  next = next + 2
end

-- Lua hands over a limited number of values in one call; an even step keeps score and name together.
local step = 1000
while next <= #ARGV do
  local last = math.min(next + step - 1, #ARGV)
  redis.call('ZADD', KEYS[1], unpack(ARGV, next, last))
  next = last + 1
end
return 1
