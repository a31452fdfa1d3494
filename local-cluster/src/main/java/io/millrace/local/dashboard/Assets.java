package io.millrace.local.dashboard;

import io.millrace.schema.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The files of the page, all from the jar; there is nothing else under any path. */
final class Assets {
  /**
   * A file.
   *
   * @param type its media type
   * @param content its content
   */
  record Asset(String type, ByteBuffer content) {
    static Asset json(byte[] bytes) {
      return new Asset(JSON, ByteBuffer.wrap(bytes));
    }
  }

  /** The page that asks for the token. */
  static final String SIGN_IN = "sign-in.html";

  private static final String HTML = "text/html; charset=utf-8";
  private static final String CSS = "text/css; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String ICON = "image/svg+xml";

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("index.html", HTML),
          Map.entry(SIGN_IN, HTML),
          Map.entry("style.css", CSS),
          Map.entry("icon.svg", ICON),
          Map.entry("world.json", JSON),
          Map.entry("app.js", SCRIPT),
          Map.entry("dom.js", SCRIPT),
          Map.entry("format.js", SCRIPT),
          Map.entry("stream.js", SCRIPT),
          Map.entry("table.js", SCRIPT),
          Map.entry("overview.js", SCRIPT),
          Map.entry("rankings.js", SCRIPT),
          Map.entry("limits.js", SCRIPT),
          Map.entry("ledgers.js", SCRIPT),
          Map.entry("map.js", SCRIPT),
          Map.entry("logs.js", SCRIPT),
          Map.entry("topics.js", SCRIPT),
          Map.entry("letters.js", SCRIPT));

  private final Map<String, Asset> assets = new HashMap<>();
  private final Asset signInAgain;

  /** Reads all of them. */
  Assets() {
    TYPES.forEach(
        (name, type) -> assets.put(name, new Asset(type, ByteBuffer.wrap(required(name)))));
    String page = new String(required(SIGN_IN), StandardCharsets.UTF_8);
    String again = page.replace("role=\"alert\" hidden", "role=\"alert\"");
    signInAgain = new Asset(HTML, ByteBuffer.wrap(again.getBytes(StandardCharsets.UTF_8)));
  }

  /** The page that asks for the token, for somebody whose token was not right. */
  Asset signInAgain() {
    return signInAgain;
  }

  /** The file of that name. */
  Optional<Asset> named(String name) {
    return Optional.ofNullable(assets.get(name));
  }

  /** The JSON Schema of a topic of the catalogue, by its name there. */
  static Optional<Asset> schema(String topic) {
    return Topics.byName(topic)
        .map(known -> "/io/millrace/schema/" + known.name() + ".schema.json")
        .flatMap(Assets::read)
        .map(bytes -> new Asset("application/schema+json", ByteBuffer.wrap(bytes)));
  }

  private static byte[] required(String name) {
    return read("/io/millrace/local/dashboard/" + name)
        .orElseThrow(() -> new IllegalStateException("the jar has no " + name));
  }

  private static Optional<byte[]> read(String resource) {
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
