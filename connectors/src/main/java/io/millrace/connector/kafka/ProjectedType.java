package io.millrace.connector.kafka;

import io.millrace.schema.codec.Projected;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** The type of streams of projections. */
public final class ProjectedType extends TypeInformation<Projected> {
  /** The one instance. */
  public static final ProjectedType INSTANCE = new ProjectedType();

  private static final long serialVersionUID = 1L;

  private ProjectedType() {}

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<Projected> getTypeClass() {
    return Projected.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<Projected> createSerializer(SerializerConfig config) {
    return ProjectedSerializer.INSTANCE;
  }

  @Override
  public String toString() {
    return "Projected";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ProjectedType;
  }

  @Override
  public int hashCode() {
    return Projected.class.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof ProjectedType;
  }
}
