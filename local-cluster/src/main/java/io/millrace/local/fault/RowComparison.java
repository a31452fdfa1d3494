package io.millrace.local.fault;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rows that must be published against those that were, as multisets.
 *
 * @param lost how many rows are missing
 * @param twice how many rows are there more than once
 * @param wrong how many rows have another content, or must not be there
 * @param named the first faults of each kind, in words
 */
record RowComparison(long lost, long twice, long wrong, List<String> named) {
  private static final int NAMED = 3;
  private static final int SHOWN_CHARS = 160;

  /** Compares rows; no identity may be expected twice. */
  static RowComparison of(Collection<PublishedRow> expected, Collection<PublishedRow> published) {
    Map<String, List<String>> found = new TreeMap<>();
    for (PublishedRow row : published) {
      found.computeIfAbsent(row.identity(), unused -> new ArrayList<>()).add(row.content());
    }
    Map<String, String> wanted = new HashMap<>();
    Faults lost = new Faults("lost");
    Faults twice = new Faults("twice");
    Faults wrong = new Faults("wrong");
    for (PublishedRow row : expected) {
      if (wanted.put(row.identity(), row.content()) != null) {
        throw new IllegalArgumentException("row " + row.identity() + " is expected twice");
      }
      if (!found.containsKey(row.identity())) {
        lost.add(row.identity());
      }
    }
    found.forEach(
        (identity, contents) -> {
          String content = wanted.get(identity);
          if (contents.size() > 1) {
            twice.add(identity + ", " + contents.size() + " times");
          }
          if (content == null) {
            wrong.add(identity + " must not be there: " + cut(contents.get(0)));
          } else if (!contents.stream().allMatch(content::equals)) {
            wrong.add(identity + " is " + difference(contents, content));
          }
        });
    List<String> named = new ArrayList<>(lost.named);
    named.addAll(twice.named);
    named.addAll(wrong.named);
    return new RowComparison(lost.count, twice.count, wrong.count, named);
  }

  private static final class Faults {
    private final String kind;
    private final List<String> named = new ArrayList<>();
    private long count;

    Faults(String kind) {
      this.kind = kind;
    }

    void add(String words) {
      count++;
      if (named.size() < NAMED) {
        named.add(kind + ": " + words);
      }
    }
  }

  private static String difference(List<String> contents, String content) {
    String other =
        contents.stream().filter(each -> !each.equals(content)).findFirst().orElse(content);
    int same = 0;
    int shorter = Math.min(other.length(), content.length());
    while (same < shorter && other.charAt(same) == content.charAt(same)) {
      same++;
    }
    // A little of what is equal shows where in the row the difference is.
    int from = Math.max(0, same - SHOWN_CHARS / 4);
    return "'" + cut(other.substring(from)) + "', must be '" + cut(content.substring(from)) + "'";
  }

  private static String cut(String text) {
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "...";
  }
}
