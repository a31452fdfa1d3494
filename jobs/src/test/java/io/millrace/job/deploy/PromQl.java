package io.millrace.job.deploy;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an expression of PromQL names. No parser: it knows metrics by their prefix, and refuses each
 * other word that is not one of the few functions and operators which are used here.
 *
 * @param metrics the metrics
 * @param labels the labels, by which the metrics are chosen or summed
 */
record PromQl(Set<String> metrics, Set<String> labels) {
  private static final Set<String> WORDS =
      Set.of("sum", "max", "rate", "increase", "changes", "label_values", "and", "or", "unless");

  private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"");
  private static final Pattern RANGE = Pattern.compile("\\[\\d+[smhd]]|\\boffset \\d+[smhd]\\b");
  private static final Pattern CHOSEN = Pattern.compile("\\{([^}]*)}");
  private static final Pattern SUMMED = Pattern.compile("\\bby\\s*\\(([^)]*)\\)");
  private static final Pattern WORD = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException for a word that is neither a metric nor known
   */
  static PromQl of(String expression) {
    Set<String> metrics = new TreeSet<>();
    Set<String> labels = new TreeSet<>();
    String rest = TEXT.matcher(expression).replaceAll("");
    rest = RANGE.matcher(rest).replaceAll("");
    for (Pattern pattern : List.of(CHOSEN, SUMMED)) {
      Matcher found = pattern.matcher(rest);
      while (found.find()) {
        words(found.group(1), labels);
      }
      rest = found.replaceAll("");
    }
    Matcher asked = Pattern.compile("label_values\\((\\w+), (\\w+)\\)").matcher(rest);
    if (asked.matches()) {
      return new PromQl(Set.of(asked.group(1)), Set.of(asked.group(2)));
    }
    Set<String> all = new TreeSet<>();
    words(rest, all);
    for (String word : all) {
      if (word.startsWith("flink_")) {
        metrics.add(word);
      } else if (!WORDS.contains(word)) {
        throw new IllegalArgumentException(
            String.format(
                "\"%s\" in %s is neither a metric nor a known function", word, expression));
      }
    }
    if (metrics.isEmpty()) {
      throw new IllegalArgumentException("no metric in " + expression);
    }
    return new PromQl(metrics, labels);
  }

  private static void words(String text, Set<String> words) {
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      words.add(word.group());
    }
  }
}
