package io.millrace.operator.topk;

import io.millrace.operator.sketch.AdaptiveCounts;
import io.millrace.operator.sketch.ItemBatch;
import io.millrace.operator.sketch.ItemSlice;
import io.millrace.operator.topk.Dimension.WeightOf;
import io.millrace.operator.topk.PartialCount.Bucket;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The weights of the items of one pane, by dimension. */
final class SketchCounts<T> implements PaneCounts<T> {
  private final List<Dimension<T>> dimensions;
  private final WeightOf<T> weight;
  private final AdaptiveCounts[] sketches;
  private final ItemBatch[] batches;
  private final ItemSlice item = new ItemSlice();

  SketchCounts(HeavyHittersSpec spec, List<Dimension<T>> dimensions, WeightOf<T> weight) {
    this.dimensions = dimensions;
    this.weight = weight;
    this.sketches = new AdaptiveCounts[dimensions.size()];
    this.batches = new ItemBatch[dimensions.size()];
    Arrays.setAll(sketches, d -> spec.localSketch());
    Arrays.setAll(batches, d -> new ItemBatch());
  }

  @Override
  public boolean add(T event) {
    long units = weight.of(event);
    boolean mayHaveGrown = false;
    for (int d = 0; d < batches.length; d++) {
      if (dimensions.get(d).item().locate(event, item) && item.addTo(batches[d], units)) {
        batches[d].addTo(sketches[d]);
        mayHaveGrown = true;
      }
    }
    return mayHaveGrown;
  }

  @Override
  public long memoryBytes() {
    long bytes = 0;
    for (int d = 0; d < sketches.length; d++) {
      bytes += sketches[d].memoryBytes() + batches[d].memoryBytes();
    }
    return bytes;
  }

  @Override
  public void reset() {
    for (AdaptiveCounts sketch : sketches) {
      sketch.reset();
    }
  }

  @Override
  public void handOn(Parts out) {
    for (int d = 0; d < sketches.length; d++) {
      batches[d].addTo(sketches[d]);
      String dimension = dimensions.get(d).name();
      byte[] @Nullable [] parts = sketches[d].toParts(HeavyHittersSpec.BUCKETS, Bucket::indexOf);
      for (int b = 0; b < parts.length; b++) {
        byte[] part = parts[b];
        if (part != null) {
          out.part(new Bucket(dimension, b), part);
        }
      }
    }
  }
}
