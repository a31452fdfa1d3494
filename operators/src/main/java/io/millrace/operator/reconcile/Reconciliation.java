package io.millrace.operator.reconcile;

import io.millrace.operator.state.KeyGroupKeys;
import io.millrace.operator.writeback.WriteBack;
import io.millrace.operator.writeback.WriteBackSpec;
import io.millrace.operator.writeback.WriteBackSpec.Timers;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Matches entries of ledgers pair by pair, continuously. Each entry is, by each rule that applies
 * to it, in exactly one place: it waits, it is in one match, or it is in one break.
 *
 * <p>Entries are told apart by their ids, and then come together by their references; each task
 * that matches is told every rule, rate, fee and ledger.
 *
 * <p><b>Order</b>: in event time not sensitive, within the out-of-orderness of the watermarks; as
 * they come, results depend on it. <b>Replay</b>: exact under Flink's checkpoints.
 */
public final class Reconciliation {
  /** A book is used three or four times within seconds: when its entries come, and their turns. */
  private static final int BOOKS_AT_HAND = 16_384;

  private Reconciliation() {}

  /**
   * What comes out.
   *
   * @param matches matches that were made or undone
   * @param breaks breaks that were opened or have changed
   * @param aged breaks that stand, have reached an age, or no longer stand
   * @param open what waits at the end of a bounded input
   * @param postings each change of an entry's status
   * @param suggestions entries that look alike
   * @param resolutions what came of decisions
   */
  public record Reconciled(
      DataStream<ReconciledMatch> matches,
      DataStream<PairBreak> breaks,
      DataStream<Aged> aged,
      DataStream<OpenEntry> open,
      DataStream<Posting> postings,
      DataStream<Suggestion> suggestions,
      DataStream<ResolutionOutcome> resolutions) {}

  /**
   * Adds the operators to streams that have event times and watermarks.
   *
   * @param entries entries with their ids
   * @param resolutions what people decide
   * @param notices rules, rates and fees
   * @param uid prefix of the operators' uids, unique in the job
   */
  public static Reconciled of(
      DataStream<Claim> entries,
      DataStream<Resolution> resolutions,
      DataStream<Notice> notices,
      ReconcileSpec spec,
      String uid) {
    DataStream<Notice> announced =
        announced(entries, uid + "-announced")
            .union(
                announced(
                    resolutions
                        .map(each -> new Claim("", null, 0, each))
                        .returns(Claim.class)
                        .uid(uid + "-made"),
                    uid + "-announced-decisions"));
    DataStream<Routed> toAll =
        notices
            .union(announced)
            .flatMap(Reconciliation::toAll)
            .returns(Routed.class)
            .uid(uid + "-to-all")
            .name("Tell every task");

    DataStream<Claim> named =
        resolutions
            .filter(resolution -> !resolution.entryIds().isEmpty())
            .uid(uid + "-of-entries")
            .flatMap(Reconciliation::claims)
            .returns(Claim.class)
            .uid(uid + "-claims")
            .name("Entries of decision");
    SingleOutputStreamOperator<Routed> identified =
        WriteBack.process(
                entries.union(named).keyBy(Claim::entryId),
                new IdentifyFunction(spec, uid + "-identified"),
                TypeInformation.of(Routed.class),
                WriteBackSpec.DEFAULT.with(Timers.BUCKETED),
                "Pass each entry once")
            .uid(uid + "-identified");
    DataStream<Located> located =
        resolutions
            .filter(resolution -> resolution.entryIds().isEmpty())
            .uid(uid + "-of-match")
            .map(Reconciliation::located)
            .returns(Located.class)
            .uid(uid + "-located")
            .name("Match of decision");
    SingleOutputStreamOperator<Routed> decisions =
        identified
            .getSideOutput(IdentifyFunction.LOCATED)
            .union(located)
            .keyBy(each -> each.resolution().resolutionId())
            .process(
                new CollectFunction(spec, uid + "-decisions"), TypeInformation.of(Routed.class))
            .uid(uid + "-decisions")
            .name("Send decision to its entries");

    SingleOutputStreamOperator<ReconciledMatch> byReference =
        matched(identified.union(decisions, toAll), new ReconcileFunction(spec, false, uid), uid);
    String ofLeftovers = uid + "-leftovers";
    SingleOutputStreamOperator<ReconciledMatch> leftovers =
        matched(
            byReference.getSideOutput(ReconcileFunction.HANDED_OVER).union(toAll),
            new ReconcileFunction(spec, true, ofLeftovers),
            ofLeftovers);
    return new Reconciled(
        byReference.union(leftovers),
        both(byReference, leftovers, ReconcileFunction.BREAKS),
        both(byReference, leftovers, ReconcileFunction.AGED),
        both(byReference, leftovers, ReconcileFunction.OPEN),
        both(byReference, leftovers, ReconcileFunction.POSTINGS),
        leftovers.getSideOutput(ReconcileFunction.SUGGESTIONS),
        both(byReference, leftovers, ReconcileFunction.RESOLUTIONS)
            .union(decisions.getSideOutput(CollectFunction.REFUSED)));
  }

  private static DataStream<Notice> announced(DataStream<Claim> claims, String uid) {
    return claims
        .transform(
            "Announce what there is", TypeInformation.of(Notice.class), new AnnounceOperator())
        .uid(uid);
  }

  private static SingleOutputStreamOperator<ReconciledMatch> matched(
      DataStream<Routed> routed, ReconcileFunction function, String uid) {
    return WriteBack.process(
            routed.keyBy(Routed::key, Types.LONG),
            function,
            TypeInformation.of(ReconciledMatch.class),
            WriteBackSpec.DEFAULT.with(Timers.BUCKETED).withObjects(BOOKS_AT_HAND),
            "Match entries")
        .uid(uid);
  }

  private static <T> DataStream<T> both(
      SingleOutputStreamOperator<?> one, SingleOutputStreamOperator<?> other, OutputTag<T> tag) {
    return one.getSideOutput(tag).union(other.getSideOutput(tag));
  }

  /**
   * Sums up each day of two ledgers by a rule, in a currency. What is in {@link
   * TieOutFunction#LATEST} comes sooner, for those who watch.
   *
   * @param uid of the operator, unique in the job
   */
  public static SingleOutputStreamOperator<TieOut> tieOut(
      DataStream<Posting> postings, ReconcileSpec spec, String uid) {
    return WriteBack.process(
            postings.keyBy(TieOutFunction::key),
            new TieOutFunction(spec, uid),
            TypeInformation.of(TieOut.class),
            WriteBackSpec.DEFAULT,
            "Tie out each day")
        .uid(uid);
  }

  /**
   * The latest days of each two ledgers by a rule, whenever they have changed.
   *
   * @param tieOuts what {@link #tieOut} gives
   * @param uid of the operator, unique in the job
   */
  public static DataStream<PairDays> days(SingleOutputStreamOperator<TieOut> tieOuts, String uid) {
    return tieOuts
        .getSideOutput(TieOutFunction.LATEST)
        .keyBy(day -> String.join("\u0000", day.ruleId(), day.left(), day.right()))
        .process(new DaysFunction(uid), TypeInformation.of(PairDays.class))
        .uid(uid)
        .name("Keep latest days");
  }

  /**
   * How many breaks of each rule stand at each age, whenever that has changed.
   *
   * @param uid of the operator, unique in the job
   */
  public static DataStream<AgedBreaks> ages(DataStream<Aged> aged, String uid) {
    return aged.keyBy(each -> each.broken().ruleId())
        .process(new AgesFunction(uid), TypeInformation.of(AgedBreaks.class))
        .uid(uid)
        .name("Count breaks by age");
  }

  private static void toAll(Notice notice, Collector<Routed> out) {
    for (int i = 0; i < KeyGroupKeys.COUNT; i++) {
      out.collect(new Routed(KeyGroupKeys.at(i), null, notice));
    }
  }

  private static void claims(Resolution resolution, Collector<Claim> out) {
    for (String entryId : resolution.entryIds()) {
      out.collect(new Claim(entryId, null, 0, resolution));
    }
  }

  private static Located located(Resolution resolution) {
    try {
      return new Located(
          resolution, resolution.matchId(), List.of(DealIds.keyOf(resolution.matchId())));
    } catch (IllegalArgumentException e) {
      // Whoever made it up is told that it is not known.
      return new Located(resolution, resolution.matchId(), List.of());
    }
  }
}
