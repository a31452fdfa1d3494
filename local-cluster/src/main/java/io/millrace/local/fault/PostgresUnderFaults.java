package io.millrace.local.fault;

import io.millrace.local.store.LocalPostgres;
import java.io.IOException;
import java.util.List;

/** A PostgreSQL, and what befalls it. */
final class PostgresUnderFaults implements StoreUnderFaults {
  private static final String TABLE = "sink_rows";

  /** Fails every so many statements with an error that may pass. */
  private static final String FAIL_AT_TIMES =
      "CREATE SEQUENCE IF NOT EXISTS statements;"
          + " CREATE OR REPLACE FUNCTION fail_at_times() RETURNS trigger LANGUAGE plpgsql"
          + " SECURITY DEFINER AS $$ BEGIN IF nextval('statements') % "
          + FAILS_ONE_OF
          + " = 0 THEN RAISE EXCEPTION 'made to fail' USING ERRCODE = 'serialization_failure';"
          + " END IF; RETURN NULL; END $$;"
          + " CREATE TRIGGER at_times AFTER INSERT ON "
          + TABLE
          + " FOR EACH STATEMENT EXECUTE FUNCTION fail_at_times()";

  private final LocalPostgres postgres;

  PostgresUnderFaults(LocalPostgres postgres) throws IOException {
    this.postgres = postgres;
    postgres.execute("CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
    postgres.execute("GRANT ALL ON SCHEMA public TO " + USER);
  }

  @Override
  public List<String> arguments(Outage outage) {
    return List.of(
        "--sink",
        "postgres",
        "--postgres",
        String.format(
            "postgresql://%s:%s@%s/%s", USER, PASSWORD, postgres.address(), postgres.database()));
  }

  @Override
  public void begin(Outage outage) throws IOException, InterruptedException {
    switch (outage) {
      case STOPPED -> postgres.stop();
      case HANGING -> postgres.suspend();
      case ERRORS -> postgres.execute(FAIL_AT_TIMES);
      case REVOKED -> {
        setPassword(ANOTHER_PASSWORD);
        postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                + USER
                + "'");
      }
    }
  }

  @Override
  public void end(Outage outage) throws IOException, InterruptedException {
    switch (outage) {
      case STOPPED -> postgres.startAgain();
      case HANGING -> postgres.resume();
      case ERRORS -> postgres.execute("DROP TRIGGER at_times ON " + TABLE);
      case REVOKED -> setPassword(PASSWORD);
    }
  }

  /** The server itself fails them, which the sink's retries tell. */
  @Override
  public long failedCommands() {
    return 0;
  }

  @Override
  public void close() {
    postgres.close();
  }

  private void setPassword(String password) throws IOException {
    postgres.execute("ALTER ROLE " + USER + " PASSWORD '" + password + "'");
  }
}
