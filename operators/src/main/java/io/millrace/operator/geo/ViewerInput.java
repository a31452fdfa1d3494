package io.millrace.operator.geo;

import io.millrace.operator.sketch.Utf8Order;
import io.millrace.operator.type.ValueType;
import java.util.Comparator;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/**
 * What comes to a viewer: news of an owner, or an own question.
 *
 * @param viewerId to whom
 * @param at when, in milliseconds since the epoch
 * @param event the news; null for a question
 * @param request the question; null for news
 */
public record ViewerInput(
    String viewerId, long at, @Nullable ViewerEvent event, @Nullable NearbyRequest request) {
  /** The type of streams of what comes to viewers. Not for state. */
  public static final TypeInformation<ViewerInput> STREAM_TYPE =
      new ValueType<>(ViewerInput.class, ViewerInputSerializer::new);

  /** The order at one time: ends, positions, questions. */
  static final Comparator<ViewerInput> ORDER =
      Comparator.comparingInt(ViewerInput::rank).thenComparing(ViewerInput::id, Utf8Order.INSTANCE);

  /** News of an owner. */
  public static ViewerInput news(ViewerEvent event) {
    return new ViewerInput(event.viewerId(), event.toldAt(), event, null);
  }

  /** A question. */
  public static ViewerInput question(NearbyRequest request) {
    return new ViewerInput(request.viewerId(), request.at(), null, request);
  }

  private int rank() {
    if (event == null) {
      return 2;
    }
    return event.spot() == null ? 0 : 1;
  }

  private String id() {
    if (request != null) {
      return request.requestId();
    }
    return event == null ? "" : event.ownerId();
  }
}
