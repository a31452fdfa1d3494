package io.millrace.local.broker;

/** A Kafka broker of this machine. */
public interface Broker extends AutoCloseable {
  /** Address for clients: {@code 127.0.0.1:port}. */
  String bootstrap();

  /** Stops the broker and waits until it has; its data stays in its directory. */
  @Override
  void close();
}
