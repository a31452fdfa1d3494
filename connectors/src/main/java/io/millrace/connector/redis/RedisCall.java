package io.millrace.connector.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A call of one of the {@link RedisScript}s. */
public final class RedisCall {
  private final RedisScript script;
  private final List<byte[]> keys = new ArrayList<>();
  private final List<byte[]> arguments = new ArrayList<>();

  RedisCall(RedisScript script, String... keys) {
    this.script = script;
    for (String key : keys) {
      this.keys.add(utf8(key));
    }
  }

  /** The call with one more argument. */
  RedisCall with(Object argument) {
    arguments.add(utf8(String.valueOf(argument)));
    return this;
  }

  RedisScript script() {
    return script;
  }

  List<byte[]> keys() {
    return keys;
  }

  List<byte[]> arguments() {
    return arguments;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
