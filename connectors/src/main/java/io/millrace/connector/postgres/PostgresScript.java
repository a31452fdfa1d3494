package io.millrace.connector.postgres;

/**
 * A SQL file in the jar that creates what a job's tables need and changes nothing where all is
 * there.
 *
 * @param owner the class beside which it is
 * @param file its name, such as {@code balances.sql}
 */
public record PostgresScript(Class<?> owner, String file) {}
