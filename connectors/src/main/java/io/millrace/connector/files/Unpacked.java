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

  /** What a GZIP file holds: all its members, one after the other, and nothing else. */
  static InputStream gzip(InputStream packed, ArchiveLimits limits) throws IOException {
    Counted counted = new Counted(packed, 0);
    try {
      return new Limited(new Members(counted), counted, limits);
    } catch (ZipException | EOFException e) {
      throw damaged(e);
    }
  }

  /**
   * The members of a GZIP file. Java looks for another one only where it has bytes of it or the
   * stream says that it has, and takes what it can't read for the end.
   */
  private static final class Members extends GZIPInputStream {
    private static final int TRAILER_BYTES = 8;

    private final Counted packed;

    private long filled;

    Members(Counted packed) throws IOException {
      super(packed);
      this.packed = packed;
    }

    @Override
    protected void fill() throws IOException {
      super.fill();
      filled = packed.bytes;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      int read = super.read(to, from, length);
      if (read < 0) {
        packed.requireNoFailure();
        if (packed.bytes > filled - inf.getRemaining() + TRAILER_BYTES) {
          throw new ZipException("there is more after its end");
        }
      }
      return read;
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
   * that comes twice, is damaged from there on; so is one that has not the directory of just these
   * files at its end, which is cut off or broken. A symbolic link is a file with the text of its
   * target, which is never followed.
   */
  static final class ZipRows implements RowSource {
    private static final int END_BYTES = 22;
    private static final int COMMENT_BYTES = 0xFFFF;
    private static final int COUNT_OFFSET = 10;

    private final Counted packed;
    private final ZipInputStream zip;
    private final InputStream unpacked;
    private final ArchiveLimits limits;
    private final Entry entry;
    private final Set<String> names = new HashSet<>();
    private final byte[] passed = new byte[8 * 1024];

    private @Nullable RowSource rows;
    private boolean isOpen;

    ZipRows(InputStream packed, ArchiveLimits limits, Entry entry) {
      this.packed = new Counted(packed, END_BYTES + COMMENT_BYTES);
      this.zip = new ZipInputStream(this.packed);
      this.unpacked = new Limited(zip, this.packed, limits);
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
          passRest();
          next = zip.getNextEntry();
          if (next == null) {
            requireDirectory();
            return false;
          }
          isOpen = true;
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

    /** What is left of an entry counts as well, also where nobody reads it. */
    private void passRest() throws IOException {
      if (isOpen) {
        while (unpacked.read(passed, 0, passed.length) >= 0) {
          // It is passed over.
        }
        isOpen = false;
      }
    }

    /** Checks that the archive has ended as one does, and not where a piece is missing. */
    private void requireDirectory() throws IOException {
      if (names.isEmpty()) {
        throw new DamagedFileException("not a ZIP archive, or one without files");
      }
      while (packed.read(passed, 0, passed.length) >= 0) {
        // The directory is not needed but for how it ends.
      }
      byte[] end = packed.last();
      int at = end.length - END_BYTES;
      while (at >= 0 && !isEnd(end, at)) {
        at--;
      }
      if (at < 0) {
        throw new DamagedFileException("the archive ends before its directory does");
      }
      int listed = twoBytes(end, at + COUNT_OFFSET);
      if (listed != 0xFFFF && listed != (names.size() & 0xFFFF)) {
        throw new DamagedFileException(
            "the archive lists " + listed + " files, and " + names.size() + " were found");
      }
    }

    private static boolean isEnd(byte[] bytes, int at) {
      return bytes[at] == 'P'
          && bytes[at + 1] == 'K'
          && bytes[at + 2] == 5
          && bytes[at + 3] == 6
          && at + END_BYTES + twoBytes(bytes, at + END_BYTES - 2) <= bytes.length;
    }

    private static int twoBytes(byte[] bytes, int at) {
      return (bytes[at] & 0xFF) | ((bytes[at + 1] & 0xFF) << 8);
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

  /** Packed bytes, their number and the last of them. */
  private static final class Counted extends FilterInputStream {
    private final byte[] ring;

    private long bytes;
    private boolean ended;
    private @Nullable IOException failure;

    Counted(InputStream in, int lastBytes) {
      super(in);
      this.ring = new byte[lastBytes];
    }

    /** There may be more until there is none, whatever the stream knows of it. */
    @Override
    public int available() {
      return ended ? 0 : 1;
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
      } catch (IOException e) {
        failure = e;
        throw e;
      }
      ended = read < 0;
      keep(to, from, Math.max(read, 0));
      return read;
    }

    private void keep(byte[] read, int from, int count) {
      int kept = Math.min(count, ring.length);
      int first = from + count - kept;
      bytes += count - kept;
      while (kept > 0) {
        int at = (int) (bytes % ring.length);
        int piece = Math.min(kept, ring.length - at);
        System.arraycopy(read, first, ring, at, piece);
        first += piece;
        kept -= piece;
        bytes += piece;
      }
    }

    /** The last bytes so far. */
    byte[] last() {
      int count = (int) Math.min(bytes, ring.length);
      byte[] last = new byte[count];
      for (int i = 0; i < count; i++) {
        last[i] = ring[(int) ((bytes - count + i) % ring.length)];
      }
      return last;
    }

    /** Throws what reading has failed by, where whoever read has kept that to himself. */
    void requireNoFailure() throws IOException {
      if (failure != null) {
        throw failure;
      }
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
