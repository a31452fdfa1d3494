package io.millrace.connector.store;

/**
 * A value that a store will never take.
 *
 * @param write the value
 * @param message what the store said, for people, without credentials
 */
public record Refusal<W extends StoreWrite>(W write, String message) {}
