package io.millrace.connector.redis;

import java.io.IOException;
import java.io.InputStream;

/** The scripts that write to Redis: each compares the version and sets the value in one step. */
enum RedisScript {
  REPLACE_SORTED_SET("replace-sorted-set.lua"),
  SET_STRING("set-string.lua"),
  REPLACE_HASH("replace-hash.lua"),
  SET_POSITION("set-position.lua"),
  SET_SIGHTING("set-sighting.lua");

  private final String file;

  RedisScript(String file) {
    this.file = file;
  }

  /** Its text, read from the jar. */
  byte[] text() {
    try (InputStream in = RedisScript.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is not in the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(file + " can't be read from the jar", e);
    }
  }
}
