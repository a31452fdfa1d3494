package io.millrace.local.bench;

import java.util.List;

/** One of the programs that read the rows of a file. */
enum FileVariant implements Variant {
  /** CSV, by the source of file ingestion. */
  CSV("csv", "csv", "source"),
  /** CSV, by Jackson. */
  CSV_JACKSON("csv-jackson", "csv", "jackson"),
  /** JSON lines, by the source of file ingestion. */
  JSONL("jsonl", "jsonl", "source"),
  /** JSON lines, by Jackson. */
  JSONL_JACKSON("jsonl-jackson", "jsonl", "jackson");

  private final String code;
  private final String suffix;
  private final String reader;

  FileVariant(String code, String suffix, String reader) {
    this.code = code;
    this.suffix = suffix;
    this.reader = reader;
  }

  @Override
  public String code() {
    return code;
  }

  /** What its file ends in. */
  String suffix() {
    return suffix;
  }

  @Override
  public List<String> description() {
    return reader.equals("source")
        ? List.of("the source of file ingestion: each row checked, with its place in checkpoints")
        : List.of("Jackson's reader of maps, in the function of a task");
  }

  /** What the job is told beside where the file is. */
  List<String> arguments() {
    return List.of("--reader", reader);
  }
}
