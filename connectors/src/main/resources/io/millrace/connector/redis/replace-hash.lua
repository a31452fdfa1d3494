-- Replaces a hash, if the version is newer than the one stored in its field 'version'.
-- KEYS: the hash.
-- ARGV: version, milliseconds after which it expires or 0, then field and value of each.
-- Returns 1 where it replaced it, 0 where the stored version is as new.
local stored = redis.call('HGET', KEYS[1], 'version')
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
redis.call('HSET', KEYS[1], 'version', ARGV[1])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', ARGV[1])
for next = 3, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[next], ARGV[next + 1])
end
if ARGV[2] ~= '0' then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
