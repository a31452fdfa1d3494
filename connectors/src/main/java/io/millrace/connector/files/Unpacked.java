package io.millrace.connector.files;

import io.millrace.connector.files.FormatSpec.ArchiveLimits;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** Unpacks archives as streams, within limits. Nothing is ever written anywhere. */
final class Unpacked {
  private static final long RATIO_FROM_BYTES = 16L << 20;

  private Unpacked() {}

  static boolean isGzip(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".gz");
  }

  static boolean isZip(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".zip");
  }

  /** What a GZIP file holds. */
  static InputStream gzip(InputStream packed, ArchiveLimits limits) throws IOException {
    Counted counted = new Counted(packed);
    try {
      return new Limited(new GZIPInputStream(counted), counted, limits);
    } catch (ZipException | EOFException e) {
      throw damaged(e);
    }
  }

  private static DamagedFileException damaged(IOException e) {
    return new DamagedFileException("the archive can't be unpacked: " + e.getMessage());
  }

  /** Makes the rows of one file of an archive. */
  interface Entry {
    RowSource rows(String name, InputStream in) throws IOException;
  }

  /**
   * The rows of all files of a ZIP archive. One with a name that would lead out of a directory, or
   * that comes twice, is damaged from there on. A symbolic link is a file with the text of its
   * target.
   */
  static final class ZipRows implements RowSource {
    private final ZipInputStream zip;
    private final InputStream unpacked;
    private final ArchiveLimits limits;
    private final Entry entry;
    private final Set<String> names = new HashSet<>();

    private @Nullable RowSource rows;

    ZipRows(InputStream packed, ArchiveLimits limits, Entry entry) {
      Counted counted = new Counted(packed);
      this.zip = new ZipInputStream(counted);
      this.unpacked = new Limited(zip, counted, limits);
      this.limits = limits;
      this.entry = entry;
    }

    @Override
    public @Nullable Row next() throws IOException {
      while (true) {
        if (rows == null && !advance()) {
          return null;
        }
        RowSource open = rows;
        Row row = open == null ? null : open.next();
        if (row != null) {
          return row;
        }
        rows = null;
      }
    }

    private boolean advance() throws IOException {
      ZipEntry next;
      try {
        do {
          next = zip.getNextEntry();
          if (next == null) {
            if (names.isEmpty()) {
              throw new DamagedFileException("not a ZIP archive, or one without files");
            }
            return false;
          }
          check(next.getName());
        } while (next.isDirectory());
      } catch (ZipException | EOFException | IllegalArgumentException e) {
        throw new DamagedFileException("the archive can't be unpacked: " + e.getMessage());
      }
      rows =
          entry.rows(
              next.getName(),
              new FilterInputStream(unpacked) {
                @Override
                public void close() {
                  // The archive goes on.
                }
              });
      return true;
    }

    private void check(String name) throws DamagedFileException {
      String path = name.replace('\\', '/');
      if (path.startsWith("/") || path.indexOf(':') >= 0 || ("/" + path + "/").contains("/../")) {
        throw new DamagedFileException("a name in the archive leads out of its directory");
      }
      if (!names.add(path)) {
        throw new DamagedFileException("a name comes twice in the archive");
      }
      if (names.size() > limits.maxEntries()) {
        throw new DamagedFileException(
            "the archive has more than " + limits.maxEntries() + " files");
      }
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }
  }

  private static final class Counted extends FilterInputStream {
    private long bytes;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      int read = super.read(to, from, length);
      bytes += Math.max(read, 0);
      return read;
    }
  }

  private static final class Limited extends FilterInputStream {
    private final Counted packed;
    private final ArchiveLimits limits;

    private long bytes;

    Limited(InputStream in, Counted packed, ArchiveLimits limits) {
      super(in);
      this.packed = packed;
      this.limits = limits;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      int read;
      try {
        read = super.read(to, from, length);
      } catch (ZipException | EOFException e) {
        throw damaged(e);
      }
      bytes += Math.max(read, 0);
      if (bytes > limits.maxBytes()
          || (bytes > RATIO_FROM_BYTES && bytes / limits.maxRatio() > packed.bytes)) {
        throw new DamagedFileException("the archive unpacks to more than its limits allow");
      }
      return read;
    }
  }
}
