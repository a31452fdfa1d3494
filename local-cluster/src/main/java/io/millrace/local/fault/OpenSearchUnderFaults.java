package io.millrace.local.fault;

import io.millrace.local.store.LocalOpenSearch;
import java.io.IOException;
import java.util.List;

/** An OpenSearch node that lets in one user, and what befalls it. */
final class OpenSearchUnderFaults implements StoreUnderFaults {
  private final LocalOpenSearch openSearch;

  OpenSearchUnderFaults(LocalOpenSearch openSearch) throws IOException, InterruptedException {
    this.openSearch = openSearch;
    openSearch.admitOnly(USER, PASSWORD);
  }

  @Override
  public List<String> arguments(Outage outage) {
    return List.of(
        "--sink",
        "opensearch",
        "--opensearch",
        openSearch.address(),
        "--opensearch-user",
        USER,
        "--opensearch-password",
        PASSWORD);
  }

  @Override
  public void begin(Outage outage) throws IOException, InterruptedException {
    switch (outage) {
      case STOPPED -> openSearch.process().kill();
      case HANGING -> openSearch.process().suspend();
      case ERRORS -> openSearch.failOneOf(FAILS_ONE_OF);
      case REVOKED -> openSearch.admitOnly(USER, ANOTHER_PASSWORD);
    }
  }

  @Override
  public void end(Outage outage) throws IOException, InterruptedException {
    switch (outage) {
      case STOPPED -> {
        openSearch.restart();
        openSearch.admitOnly(USER, PASSWORD);
      }
      case HANGING -> openSearch.process().resume();
      case ERRORS -> openSearch.failOneOf(0);
      case REVOKED -> openSearch.admitOnly(USER, PASSWORD);
    }
  }

  @Override
  public long failedCommands() throws IOException, InterruptedException {
    return openSearch.failed();
  }

  @Override
  public void close() {
    openSearch.close();
  }
}
