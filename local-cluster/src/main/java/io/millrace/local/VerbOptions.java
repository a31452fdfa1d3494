package io.millrace.local;

import io.millrace.local.flink.FailureCause;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Reads the options of the command's verbs. */
final class VerbOptions {
  private VerbOptions() {}

  /**
   * Reads the options of a verb.
   *
   * @param options takes them; its class is annotated as picocli wants it
   * @return whether the user asked for help, which was printed
   * @throws UsageException where they can't be read; the message names the help
   */
  static boolean parse(Object options, List<String> args, PrintStream out) throws UsageException {
    CommandLine parser = new CommandLine(options).setExpandAtFiles(false).setUsageHelpWidth(100);
    try {
      parser.parseArgs(args.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new UsageException(
          FailureCause.oneLine(e) + "; '" + parser.getCommandName() + " --help' shows the options",
          e);
    }
    if (parser.isUsageHelpRequested()) {
      parser.usage(out);
      return true;
    }
    return false;
  }
}
