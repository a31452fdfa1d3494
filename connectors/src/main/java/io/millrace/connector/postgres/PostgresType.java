package io.millrace.connector.postgres;

import java.math.BigDecimal;
import java.time.Instant;

/** A type of values of PostgreSQL, and the class of Java that they have here. */
public enum PostgresType {
  /** Text, of {@link String}; it can't hold the character NUL. */
  TEXT("text", String.class),
  /** A whole number of 4 bytes, of {@link Integer}. */
  INTEGER("int4", Integer.class),
  /** A whole number of 8 bytes, of {@link Long}. */
  BIGINT("int8", Long.class),
  /** A binary floating-point number of 8 bytes, of {@link Double}. */
  DOUBLE("float8", Double.class),
  /** A decimal number, of {@link BigDecimal}. */
  NUMERIC("numeric", BigDecimal.class),
  /** True or false, of {@link Boolean}. */
  BOOLEAN("bool", Boolean.class),
  /** A moment, of {@link Instant}, kept in microseconds: {@code timestamptz}. */
  TIMESTAMP("timestamptz", Instant.class),
  /** A document, of {@link String}: {@code jsonb}. */
  JSONB("jsonb", String.class),
  /** Bytes, of {@code byte[]}: {@code bytea}. Not for keys. */
  BYTES("bytea", byte[].class);

  private final String sql;
  private final Class<?> javaClass;

  PostgresType(String sql, Class<?> javaClass) {
    this.sql = sql;
    this.javaClass = javaClass;
  }

  /** Its name in SQL. */
  String sql() {
    return sql;
  }

  /** The class of its values. */
  Class<?> javaClass() {
    return javaClass;
  }

  /** The class of what its values are sent as: those the driver has no form for go as text. */
  Class<?> sentClass() {
    return switch (this) {
      case INTEGER, BIGINT, DOUBLE, BOOLEAN, BYTES -> javaClass;
      case TEXT, NUMERIC, TIMESTAMP, JSONB -> String.class;
    };
  }
}
