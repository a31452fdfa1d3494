-- Sets the position of a member of a GEO set, if the version is newer than the one stored.
-- KEYS: the set, the hash with the versions of its members.
-- ARGV: version, member, longitude, latitude.
-- Returns 1 where it set it, 0 where the stored version is as new.
local stored = redis.call('HGET', KEYS[2], ARGV[2])
if stored then
  local version = tonumber(stored)
  if not version then
    return redis.error_reply('ERR the stored version of the member is not a number')
  end
  if version >= tonumber(ARGV[1]) then
    return 0
  end
end
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then
  return redis.error_reply('WRONGTYPE the key of the set holds something else')
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
redis.call('GEOADD', KEYS[1], ARGV[3], ARGV[4], ARGV[2])
return 1
