package io.millrace.local.bench;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.process.BrokerProcess;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A topic of plays, an empty one of songs, and the topics of the charts. */
final class PlayTestbed extends TopicTestbed<PlayVariant> {
  private final PlayLoad load;
  private final PlayCheck check;

  private PlayTestbed(Site site, BrokerProcess broker, PlayLoad load) {
    super(site, broker, PlayVariant.class);
    this.load = load;
    this.check = new PlayCheck(load);
  }

  /** Starts Kafka and fills the topic; with fewer plays where the user stops it meanwhile. */
  static PlayTestbed open(Site site, BenchmarkRun.Scale scale)
      throws IOException, InterruptedException {
    return open(site, broker -> fill(site, scale, broker));
  }

  private static PlayTestbed fill(Site site, BenchmarkRun.Scale scale, BrokerProcess broker)
      throws IOException, InterruptedException {
    try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      admin.create(List.of(Topics.LISTENING_PLAYS, Topics.LISTENING_SONGS));
    }
    try (TopicFeeder feeder = new TopicFeeder(broker.bootstrap())) {
      return new PlayTestbed(
          site, broker, PlayLoad.fill(feeder, scale.records(), scale.seed(), site.isStopped()));
    }
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put(
        "load",
        load("plays", load.records(), load.bytes(), PlayLoad.WINDOWS, PlayLoad.WINDOW_MILLIS));
    lines.put(
        "songs",
        format(
            "drawn from %,d by Zipf %.1f: %,d distinct; %d regions; %,d listeners",
            PlayLoad.SONGS,
            PlayLoad.EXPONENT,
            load.distinct(),
            PlayLoad.REGIONS.size(),
            PlayLoad.LISTENERS));
    lines.put(
        "plays",
        format(
            "one of %d is too short, one of %d comes twice, %d listeners play one song on and on",
            PlayLoad.SHORT_OF, PlayLoad.REPEATED_OF, PlayLoad.LOOPERS));
    lines.put("jobs", SETUP.description() + ", " + SETUP.backend());
    return lines;
  }

  @Override
  void checkFigures(PlayVariant variant, Map<String, Long> figures) throws VoidRunException {
    check.figures(variant, figures);
  }

  @Override
  void checkRows(PlayVariant variant, Map<String, Long> rows, Path directory)
      throws VoidRunException, IOException {
    check.rows(variant, rows, directory);
  }
}
