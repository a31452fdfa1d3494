package io.millrace.local;

import io.millrace.local.dashboard.Dashboard;
import io.millrace.local.dashboard.DashboardSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Tells people where a dashboard is. */
final class DashboardPage {
  private DashboardPage() {}

  /** Prints the address, and opens it in the user's browser where that was asked for. */
  static void announce(
      Dashboard dashboard, DashboardSettings settings, boolean open, PrintStream out) {
    out.println("dashboard: " + dashboard.address());
    if (!settings.isLocal() && settings.tls() == null) {
      out.println(
          "the way to the dashboard is not encrypted: whoever reads along has its token; give"
              + " --dashboard-keystore");
    }
    if (open) {
      open(dashboard.address().toString(), out);
    }
  }

  private static void open(String address, PrintStream out) {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String opener = system.contains("mac") ? "open" : "xdg-open";
    try {
      new ProcessBuilder(List.of(opener, address))
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      out.println("there is no " + opener + "; open the address yourself");
    }
  }
}
