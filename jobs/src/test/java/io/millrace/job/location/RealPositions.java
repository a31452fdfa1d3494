package io.millrace.job.location;

import io.millrace.schema.location.FenceMode;
import io.millrace.schema.location.FenceOutline;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.GrantAction;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.PositionReported;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** Positions of real buses and ships, where they lie beside the repository, and grants of them. */
final class RealPositions {
  private static final int GRANTS_OF_EACH = 10;
  private static final int VIEWERS = 200;

  private RealPositions() {}

  /** Which columns of a file hold what, and how its times are written. */
  enum Kind {
    BUSES("bus-positions.csv.gz", "vehicle_id", "timestamp", "yyyy-MM-dd HH:mm:ss"),
    SHIPS("boat-positions.csv.gz", "ID", "ais_pos_timestamp", "dd/MM/yyyy HH:mm");

    private final String file;
    private final String owner;
    private final String time;
    private final DateTimeFormatter format;

    Kind(String file, String owner, String time, String format) {
      this.file = file;
      this.owner = owner;
      this.time = time;
      this.format = DateTimeFormatter.ofPattern(format, Locale.ENGLISH);
    }
  }

  /** The positions in the order of the file. */
  static Optional<List<PositionReported>> read(Kind kind) throws IOException {
    Path file = Path.of("../../shared/data").resolve(kind.file);
    if (!Files.exists(file)) {
      System.out.println("skipped: there are no real positions at " + file);
      return Optional.empty();
    }
    List<PositionReported> reports = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      List<String> columns = cells(lines.readLine().replace("\ufeff", ""));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        List<String> cells = cells(line);
        LocalDateTime time =
            LocalDateTime.parse(cells.get(columns.indexOf(kind.time)), kind.format);
        reports.add(
            new PositionReported(
                String.format(Locale.ROOT, "%06d", reports.size()),
                cells.get(columns.indexOf(kind.owner)),
                time.toInstant(ZoneOffset.UTC).toEpochMilli(),
                Double.parseDouble(cells.get(columns.indexOf("latitude"))),
                Double.parseDouble(cells.get(columns.indexOf("longitude"))),
                null,
                null,
                null,
                null));
      }
    }
    return Optional.of(reports);
  }

  private static List<String> cells(String line) {
    return Arrays.asList(line.replace("\"", "").split(",", -1));
  }

  /**
   * Grants of every owner: half of them within a circle where the owner once was, half of them with
   * an end, and some revoked.
   */
  static List<GrantChanged> changes(List<PositionReported> reports, long seed) {
    Random random = new Random(seed);
    Map<String, List<PositionReported>> byOwner = new TreeMap<>();
    for (PositionReported report : reports) {
      byOwner.computeIfAbsent(report.userId(), unused -> new ArrayList<>()).add(report);
    }
    List<GrantChanged> changes = new ArrayList<>();
    byOwner.forEach(
        (owner, of) -> {
          for (int i = 0; i < GRANTS_OF_EACH; i++) {
            String id = owner + "-" + i;
            String viewer = "viewer-" + random.nextInt(VIEWERS);
            long at = any(of, random).at() - 1;
            Long expiresAt = random.nextBoolean() ? (Long) any(of, random).at() : null;
            PositionReported middle = any(of, random);
            FenceOutline fence =
                random.nextBoolean()
                    ? new FenceOutline(
                        FenceType.CIRCLE,
                        middle.latitude(),
                        middle.longitude(),
                        100 + 5_000 * random.nextDouble(),
                        null,
                        FenceMode.INSIDE)
                    : null;
            changes.add(
                new GrantChanged(id, at, owner, viewer, GrantAction.GRANT, expiresAt, fence, null));
            if (random.nextInt(3) == 0) {
              long revokedAt = any(of, random).at();
              changes.add(
                  new GrantChanged(
                      id, revokedAt, owner, viewer, GrantAction.REVOKE, null, null, null));
            }
          }
        });
    changes.sort(Comparator.comparingLong(GrantChanged::at));
    return changes;
  }

  private static PositionReported any(List<PositionReported> reports, Random random) {
    return reports.get(random.nextInt(reports.size()));
  }
}
