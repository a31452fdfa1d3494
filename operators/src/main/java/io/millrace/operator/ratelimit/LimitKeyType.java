package io.millrace.operator.ratelimit;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** The type of {@link LimitKey}. */
final class LimitKeyType extends TypeInformation<LimitKey> {
  private static final long serialVersionUID = 1L;

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
  public Class<LimitKey> getTypeClass() {
    return LimitKey.class;
  }

  @Override
  public boolean isKeyType() {
    return true;
  }

  @Override
  public TypeSerializer<LimitKey> createSerializer(SerializerConfig config) {
    return LimitKeySerializer.INSTANCE;
  }

  @Override
  public String toString() {
    return "LimitKey";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LimitKeyType;
  }

  @Override
  public int hashCode() {
    return LimitKeyType.class.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof LimitKeyType;
  }
}
