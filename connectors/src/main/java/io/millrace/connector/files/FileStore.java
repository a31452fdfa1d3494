package io.millrace.connector.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * One directory of a file system or server, without those below it. Not safe for use by several
 * threads; one stream at a time. After an {@link IOException} the next call connects anew.
 */
public interface FileStore extends Closeable {
  /**
   * Its regular files. Symbolic links, and names that are not {@linkplain FileStat#isName names},
   * are left out.
   */
  List<FileStat> list() throws IOException;

  /** One of its files as it is now; empty where there is no regular file of that name. */
  Optional<FileStat> stat(String name) throws IOException;

  /**
   * The bytes of a file from an offset on. A stream that ends early is not told from one that ends:
   * compare with {@link FileStat#size}.
   *
   * @throws UnreadableFileException where there is such a file and it may not be read
   * @throws IllegalArgumentException where the name would lead out of the directory
   */
  InputStream open(String name, long offset) throws IOException;

  /**
   * Begins a file anew, in place of what has its name. Its server has it whole once the stream was
   * closed without an exception.
   *
   * @throws IllegalArgumentException where the name would lead out of the directory
   */
  OutputStream create(String name) throws IOException;

  /**
   * Gives a file another name, in place of what has that. Servers that can't replace remove the
   * other file first.
   *
   * @throws IllegalArgumentException where a name would lead out of the directory
   */
  void rename(String from, String to) throws IOException;

  /**
   * Removes a file; does nothing where there is none.
   *
   * @throws IllegalArgumentException where the name would lead out of the directory
   */
  void delete(String name) throws IOException;
}
