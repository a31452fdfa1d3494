package io.millrace.local.fault;

/**
 * A row of a sink topic, as it is compared.
 *
 * @param identity what tells it from other rows
 * @param content the rest of it
 */
public record PublishedRow(String identity, String content) {
  @Override
  public String toString() {
    return identity + ": " + content;
  }
}
