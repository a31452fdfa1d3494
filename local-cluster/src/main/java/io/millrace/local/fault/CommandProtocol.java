package io.millrace.local.fault;

import java.io.IOException;

/** How a store and its clients talk, as far as single commands have to fail. */
interface CommandProtocol {
  /** Passes on what the client sends until it ends. */
  void passRequests(CommandProxy.Link link) throws IOException;

  /** Passes on what the server answers until it ends. */
  void passAnswers(CommandProxy.Link link) throws IOException;
}
