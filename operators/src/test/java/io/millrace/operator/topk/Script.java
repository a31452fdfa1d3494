package io.millrace.operator.topk;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** What one split of a {@link ScriptedSource} does, step by step. */
public final class Script implements Serializable {
  private static final long serialVersionUID = 1L;

  /** One step. */
  public sealed interface Step extends Serializable {}

  public record Emit(Visit visit) implements Step {}

  public record Mark(long watermark) implements Step {}

  public record GoIdle() implements Step {}

  public record Await(String signal) implements Step {}

  public record Signal(String signal) implements Step {}

  public record AwaitCheckpoint() implements Step {}

  public record FailOnce(String name) implements Step {}

  private final List<Step> steps = new ArrayList<>();

  public List<Step> steps() {
    return steps;
  }

  /** The records of the script, in its order. */
  public List<Visit> visits() {
    return steps.stream()
        .filter(Emit.class::isInstance)
        .map(step -> ((Emit) step).visit())
        .toList();
  }

  public Script emit(Visit... visits) {
    for (Visit visit : visits) {
      steps.add(new Emit(visit));
    }
    return this;
  }

  public Script mark(long watermark) {
    return then(new Mark(watermark));
  }

  public Script goIdle() {
    return then(new GoIdle());
  }

  /** Waits until the signal was given, here or elsewhere. */
  public Script await(String signal) {
    return then(new Await(signal));
  }

  public Script signal(String signal) {
    return then(new Signal(signal));
  }

  /** Waits until a checkpoint is complete that has everything up to here. */
  public Script awaitCheckpoint() {
    return then(new AwaitCheckpoint());
  }

  /** Fails the first time that a step of that name is reached. */
  public Script failOnce(String name) {
    return then(new FailOnce(name));
  }

  public Script then(Step step) {
    steps.add(step);
    return this;
  }

  /**
   * The same steps, with a failure after a checkpoint half way.
   *
   * @param stepsLater how many steps after the checkpoint
   */
  public Script failingHalfWay(String name, int stepsLater) {
    int half = steps.size() / 2;
    Script with = new Script();
    for (int i = 0; i < steps.size(); i++) {
      if (i == half) {
        with.awaitCheckpoint();
      } else if (i == half + stepsLater) {
        with.failOnce(name);
      }
      with.then(steps.get(i));
    }
    return with;
  }

  /** The same steps, with a stop after a checkpoint half way until a signal is given. */
  public Script pausedHalfWay(String reached, String goOn) {
    int half = steps.size() / 2;
    Script with = new Script();
    for (int i = 0; i < steps.size(); i++) {
      if (i == half) {
        with.awaitCheckpoint().signal(reached).await(goOn);
      }
      with.then(steps.get(i));
    }
    return with;
  }
}
