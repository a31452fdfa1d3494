package io.millrace.connector.files;

import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A file and how much of it was read.
 *
 * @param file the file
 * @param position where in it the next row is, by {@link RowSource#position()}; 0 at its start
 * @param started whether it was announced
 * @param ended whether its end was, so that nothing is left to do
 * @param tally what came of the rows read
 */
record FileSplit(IngestedFile file, long position, boolean started, boolean ended, FileTally tally)
    implements SourceSplit {
  static FileSplit of(IngestedFile file) {
    return new FileSplit(file, 0, false, false, FileTally.NONE);
  }

  @Override
  public String splitId() {
    return file.fileId();
  }
}
