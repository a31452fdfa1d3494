package io.millrace.operator.ratelimit;

/** What of a request a rule limits; the names are part of the layout of state. */
public enum LimitDimension {
  /** Who sends it. */
  USER("user"),
  /** The key of the application that sends it. */
  API_KEY("apiKey"),
  /** The address that it comes from. */
  IP("ip"),
  /** What it asks for. */
  ROUTE("route"),
  /** All requests together. */
  GLOBAL("global");

  /** What all requests together are called where a key is named. */
  public static final String EVERYTHING = "global";

  private final String code;

  LimitDimension(String code) {
    this.code = code;
  }

  /** Its name outside Java. */
  public String code() {
    return code;
  }
}
