package io.millrace.local.broker;

import io.millrace.local.host.FreePorts;
import java.util.List;
import java.util.Map;

/**
 * The loopback ports of a broker.
 *
 * <p>A detour is a listener of its own for clients that are to reach the broker through a proxy:
 * they bootstrap at the proxy, which passes them to {@code detour}, and are told to come back to
 * {@code detourAdvertised}, which is the proxy again.
 *
 * @param broker port for clients
 * @param controller port of the controller
 * @param detour port of the detour's listener; 0 where there is none
 * @param detourAdvertised port that clients of the detour are sent to; 0 where there is none
 */
public record BrokerPorts(int broker, int controller, int detour, int detourAdvertised) {
  static final String BROKER = "BROKER";
  static final String CONTROLLER = "CONTROLLER";
  private static final String DETOUR = "DETOUR";
  private static final String LOOPBACK = "127.0.0.1:";

  /** Ports that are free now. */
  public static BrokerPorts find() {
    return new BrokerPorts(FreePorts.find(), FreePorts.find(), 0, 0);
  }

  /** These with a detour, whose clients are sent to the port {@code advertised}. */
  public BrokerPorts withDetour(int advertised) {
    return new BrokerPorts(broker, controller, FreePorts.find(), advertised);
  }

  /** Address for clients: {@code 127.0.0.1:port}. */
  public String bootstrap() {
    return LOOPBACK + broker;
  }

  /** As arguments of {@link LocalBroker#main}, after the directory. */
  public List<String> arguments() {
    return List.of(
        String.valueOf(broker),
        String.valueOf(controller),
        String.valueOf(detour),
        String.valueOf(detourAdvertised));
  }

  /** The broker's settings that name ports. */
  Map<String, String> settings(int node) {
    String own = BROKER + "://" + LOOPBACK + broker;
    String listeners = own + "," + CONTROLLER + "://" + LOOPBACK + controller;
    String advertised = own;
    String protocols = BROKER + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT";
    if (detour != 0) {
      listeners += "," + DETOUR + "://" + LOOPBACK + detour;
      advertised += "," + DETOUR + "://" + LOOPBACK + detourAdvertised;
      protocols += "," + DETOUR + ":PLAINTEXT";
    }
    return Map.of(
        "controller.quorum.voters",
        node + "@" + LOOPBACK + controller,
        "listeners",
        listeners,
        "advertised.listeners",
        advertised,
        "listener.security.protocol.map",
        protocols);
  }
}
