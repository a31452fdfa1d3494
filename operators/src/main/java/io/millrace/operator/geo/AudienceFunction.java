package io.millrace.operator.geo;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Tells viewers of a page after the first where their owner is, as far as their grants allow it,
 * and of grants that end. Keyed by {@link ShareStep#key()}, whose steps come in order.
 *
 * <p><b>State</b>: the grants of at most {@value ShareSpec#PAGE_VIEWERS} viewers, until they end.
 * <b>Timers</b>: none; who orders the steps ends grants too.
 */
public final class AudienceFunction extends KeyedProcessFunction<String, ShareStep, ViewerEvent> {
  private static final long serialVersionUID = 1L;
  private static final ValueStateDescriptor<GrantPage> PAGE =
      new ValueStateDescriptor<>("page", TypeInformation.of(GrantPage.class));

  private transient ValueState<GrantPage> pages;

  @Override
  public void open(OpenContext context) {
    pages = getRuntimeContext().getState(PAGE);
  }

  @Override
  public void processElement(ShareStep step, Context context, Collector<ViewerEvent> out)
      throws Exception {
    take(step, pages, out);
  }

  /** Does a step to a page, and tells viewers of it. */
  static void take(ShareStep step, ValueState<GrantPage> pages, Collector<ViewerEvent> out)
      throws Exception {
    GrantPage saved = pages.value();
    GrantPage page = saved == null ? GrantPage.EMPTY : saved;
    Position position = step.position();
    Grant given = step.given();
    if (position != null) {
      page.audience(position, grant -> out.collect(seen(step, grant, position)));
    } else if (given != null) {
      pages.update(page.with(given));
    } else {
      end(step, page, pages, out);
    }
  }

  private static ViewerEvent seen(ShareStep step, Grant grant, Position position) {
    Spot spot =
        Spot.reduced(
            position.latitude(),
            position.longitude(),
            position.accuracyMeters(),
            grant.precisionMeters());
    return event(step, grant, position.at(), spot);
  }

  private static ViewerEvent event(ShareStep step, Grant grant, long at, @Nullable Spot spot) {
    return new ViewerEvent(
        grant.viewerId(), step.ownerId(), grant.grantId(), step.at(), at, grant.expiresAt(), spot);
  }

  private static void end(
      ShareStep step, GrantPage page, ValueState<GrantPage> pages, Collector<ViewerEvent> out)
      throws Exception {
    String grantId = step.ended();
    Grant ended = grantId == null ? null : page.find(grantId);
    if (ended == null) {
      return;
    }
    GrantPage left = page.without(ended.grantId());
    if (left.grants().isEmpty()) {
      pages.clear();
    } else {
      pages.update(left);
    }
    out.collect(event(step, ended, step.at(), null));
  }
}
