package io.millrace.operator.geo;

import io.millrace.operator.type.ValueSerializer;
import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Serializes what happened to owners, on its way. Positions, which are nearly all of it, are
 * written field by field, anything else in the form that Flink gives records.
 */
public final class OwnerEventSerializer extends ValueSerializer<OwnerEvent> {
  private static final long serialVersionUID = 1L;
  private static final int OTHER = 0;
  private static final int POSITION = 1;
  private static final int ACCURACY = 1;
  private static final int SPEED = 1 << 1;
  private static final int BEARING = 1 << 2;
  private static final int BATTERY = 1 << 3;

  private transient @Nullable TypeSerializer<OwnerEvent> others;

  /** One for one thread. */
  public OwnerEventSerializer() {
    super(OwnerEvent.class);
  }

  /** Remembers nothing but the class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<OwnerEvent> {
    /** For Flink. */
    public Snapshot() {
      super(OwnerEventSerializer::new);
    }
  }

  @Override
  public void serialize(OwnerEvent event, DataOutputView out) throws IOException {
    Position position = event.position();
    if (position == null || !event.equals(OwnerEvent.located(event.ownerId(), position))) {
      out.writeByte(OTHER);
      others().serialize(event, out);
      return;
    }
    out.writeByte(POSITION);
    writeText(event.ownerId(), out);
    writeText(position.id(), out);
    writeText(position.source(), out);
    out.writeLong(position.at());
    out.writeDouble(position.latitude());
    out.writeDouble(position.longitude());
    out.writeByte(
        flag(position.accuracyMeters(), ACCURACY)
            | flag(position.speed(), SPEED)
            | flag(position.bearing(), BEARING)
            | flag(position.batteryPercent(), BATTERY));
    write(position.accuracyMeters(), out);
    write(position.speed(), out);
    write(position.bearing(), out);
    write(position.batteryPercent(), out);
  }

  @Override
  public OwnerEvent deserialize(DataInputView in) throws IOException {
    int kind = in.readByte();
    if (kind == OTHER) {
      return others().deserialize(in);
    }
    if (kind != POSITION) {
      throw new IOException("an event of kind " + kind + ", which there is not");
    }
    String ownerId = readText(in);
    String id = readText(in);
    String source = readText(in);
    long at = in.readLong();
    double latitude = in.readDouble();
    double longitude = in.readDouble();
    int flags = in.readByte();
    return OwnerEvent.located(
        ownerId,
        new Position(
            id,
            at,
            latitude,
            longitude,
            read(flags & ACCURACY, in),
            read(flags & SPEED, in),
            read(flags & BEARING, in),
            read(flags & BATTERY, in),
            source));
  }

  private static int flag(@Nullable Double value, int bit) {
    return value == null ? 0 : bit;
  }

  private static void write(@Nullable Double value, DataOutputView out) throws IOException {
    if (value != null) {
      out.writeDouble(value);
    }
  }

  private static @Nullable Double read(int bit, DataInputView in) throws IOException {
    return bit == 0 ? null : in.readDouble();
  }

  private TypeSerializer<OwnerEvent> others() {
    TypeSerializer<OwnerEvent> known = others;
    if (known == null) {
      known = TypeInformation.of(OwnerEvent.class).createSerializer(new SerializerConfigImpl());
      others = known;
    }
    return known;
  }

  @Override
  public OwnerEvent createInstance() {
    return OwnerEvent.located("", new Position("", 0, 0, 0, null, null, null, null, ""));
  }

  @Override
  public TypeSerializer<OwnerEvent> duplicate() {
    return new OwnerEventSerializer();
  }

  @Override
  public TypeSerializerSnapshot<OwnerEvent> snapshotConfiguration() {
    return new Snapshot();
  }
}
