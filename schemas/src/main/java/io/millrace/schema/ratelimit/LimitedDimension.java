package io.millrace.schema.ratelimit;

import io.millrace.schema.codec.Coded;

/** What of a request is limited. */
public enum LimitedDimension {
  /** Who sends it. */
  USER,
  /** The key of the application that sends it. */
  @Coded("apiKey")
  API_KEY,
  /** The address that it comes from. */
  IP,
  /** What it asks for. */
  ROUTE,
  /** All requests together. */
  GLOBAL
}
