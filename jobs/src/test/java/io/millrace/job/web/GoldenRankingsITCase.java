package io.millrace.job.web;

import io.millrace.job.GoldenSavepoints;
import java.util.List;

/** The savepoints of heavy hitters. */
class GoldenRankingsITCase extends GoldenSavepoints {
  GoldenRankingsITCase() {
    super(List.of(RankingCase.values()));
  }
}
