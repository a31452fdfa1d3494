package io.millrace.connector.files;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Finds complete files in a directory, by listing it again and again. Not safe for use by several
 * threads.
 *
 * <p><b>Space</b>: the files of a listing. <b>Time</b>: a listing, and the bytes of new files once,
 * for their digests.
 */
final class DirectoryWatch {
  /** After so many bytes the rest of the new files waits for the next listing. */
  private static final long BATCH_BYTES = 256L << 20;

  private static final int BATCH_FILES = 100;
  private static final int CHUNK_BYTES = 256 * 1024;

  private final FileStore store;
  private final WatchSpec spec;
  private final Retries retries;
  private final Runnable failed;
  private final LongSupplier clock;
  private final Predicate<String> names;

  /** Files that may be growing, and since when they have been as they are. */
  private final Map<String, Candidate> candidates = new HashMap<>();

  private record Candidate(FileStat file, long since) {}

  /**
   * What a listing shows.
   *
   * @param listed the files that are there
   * @param found those of them that are complete and not known, with their digests; also those that
   *     may not be read, which have none
   * @param settled whether no file is left of which it is not known whether it is complete
   * @param more whether there are more complete ones, for which the next listing need not wait
   */
  record Listing(List<FileStat> listed, List<IngestedFile> found, boolean settled, boolean more) {}

  /**
   * A watch.
   *
   * @param failed told of each failure that is tried again
   * @param clock the time in milliseconds, for how long files stay as they are
   */
  DirectoryWatch(
      FileStore store, WatchSpec spec, Retries retries, Runnable failed, LongSupplier clock) {
    this.store = store;
    this.spec = spec;
    this.retries = retries;
    this.failed = failed;
    this.clock = clock;
    this.names = spec.names();
  }

  /**
   * Lists the directory.
   *
   * @param known files that were found before; one that is there unchanged is passed over
   */
  Listing list(Collection<FileStat> known) throws IOException {
    List<FileStat> all = retries.call(store::list, failed);
    long now = clock.getAsLong();
    Set<String> there = new HashSet<>();
    all.forEach(file -> there.add(file.name()));
    Set<FileStat> passed = new HashSet<>(known);
    candidates.keySet().retainAll(there);
    List<IngestedFile> found = new ArrayList<>();
    boolean settled = true;
    long bytes = 0;
    for (FileStat file : all) {
      if (!names.test(file.name()) || passed.contains(file)) {
        continue;
      }
      if (!isComplete(file, there, now)) {
        settled &= !spec.ack().isEmpty();
      } else if (bytes > BATCH_BYTES || found.size() >= BATCH_FILES) {
        return new Listing(all, found, false, true);
      } else {
        Optional<IngestedFile> digested = retries.call(() -> digested(file, now), failed);
        settled &= digested.isPresent();
        digested.ifPresent(found::add);
        bytes += file.size();
      }
    }
    found.forEach(file -> candidates.remove(file.name()));
    return new Listing(all, found, settled, false);
  }

  private boolean isComplete(FileStat file, Set<String> there, long now) {
    if (!spec.ack().isEmpty()) {
      return there.contains(file.name() + spec.ack());
    }
    Candidate before = candidates.get(file.name());
    if (before == null || !before.file().equals(file)) {
      candidates.put(file.name(), new Candidate(file, now));
      return false;
    }
    return now - before.since() >= spec.stableMillis();
  }

  /**
   * A file with its digest, without one if it may not be read; empty where it is no longer the one
   * that was listed.
   */
  private Optional<IngestedFile> digested(FileStat file, long now) throws IOException {
    MessageDigest digest = IngestedFile.digest();
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = new ResumingStream(store, file, 0, retries, failed)) {
      int read;
      while ((read = in.read(chunk, 0, chunk.length)) >= 0) {
        digest.update(chunk, 0, read);
      }
    } catch (UnreadableFileException e) {
      return Optional.of(IngestedFile.unreadable(file, now));
    } catch (DamagedFileException e) {
      candidates.remove(file.name());
      return Optional.empty();
    }
    return Optional.of(IngestedFile.of(file, digest.digest(), now));
  }
}
