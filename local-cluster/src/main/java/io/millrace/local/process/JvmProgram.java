package io.millrace.local.process;

import io.millrace.local.host.ClassPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Java program to be run as a process of its own.
 *
 * @param name names the process and its log; letters, digits and hyphens
 * @param mainClass the class whose {@code main} is run
 * @param classPath what its JVM gets as class path
 * @param options options of the JVM
 * @param arguments what {@code main} gets
 * @param environment variables added to those of this process
 */
public record JvmProgram(
    String name,
    String mainClass,
    ClassPath classPath,
    List<String> options,
    List<String> arguments,
    Map<String, String> environment) {

  /**
   * Option that leaves the optimizing compiler out. In a process's first minute it takes more than
   * it gives back, from others that wait for the processors.
   */
  public static final String COMPILE_SOON = "-XX:TieredStopAtLevel=1";

  /** A program without variables of its own. */
  public static JvmProgram of(
      String name,
      String mainClass,
      ClassPath classPath,
      List<String> options,
      List<String> arguments) {
    return new JvmProgram(name, mainClass, classPath, options, arguments, Map.of());
  }

  /** The command line, with the options that every child gets first. */
  List<String> command(List<String> commonOptions) {
    List<String> command = new ArrayList<>();
    command.add(ClassPath.java().toString());
    command.addAll(commonOptions);
    command.addAll(options);
    command.add("-cp");
    command.add(classPath.text());
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }
}
