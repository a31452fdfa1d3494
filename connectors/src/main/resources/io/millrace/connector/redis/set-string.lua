-- Sets a string and the one that holds its version, if the version is newer than the one stored.
-- KEYS: the string, its version.
-- ARGV: version, value, milliseconds after which both expire or 0.
-- Returns 1 where it set them, 0 where the stored version is as new.
local stored = redis.call('GET', KEYS[2])
if stored then
  local version = tonumber(stored)
  if not version then
    return redis.error_reply('ERR the stored version of the string is not a number')
  end
  if version >= tonumber(ARGV[1]) then
    return 0
  end
end
if redis.call('TYPE', KEYS[1]).ok ~= 'string' and redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.error_reply('WRONGTYPE the key of the string holds something else')
end
if ARGV[3] == '0' then
  redis.call('SET', KEYS[2], ARGV[1])
  redis.call('SET', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1
