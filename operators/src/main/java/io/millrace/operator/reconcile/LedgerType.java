package io.millrace.operator.reconcile;

import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.util.function.SerializableSupplier;

/** The type of values that a {@link LedgerSerializer} is for. */
final class LedgerType<T> extends TypeInformation<T> {
  private static final long serialVersionUID = 1L;

  private final Class<T> type;
  private final SerializableSupplier<TypeSerializer<T>> serializer;

  private LedgerType(Class<T> type, SerializableSupplier<TypeSerializer<T>> serializer) {
    this.type = type;
    this.serializer = serializer;
  }

  /** Makes the type of a {@link Book}. */
  public static final class OfBook extends TypeInfoFactory<Book> {
    @Override
    public TypeInformation<Book> createTypeInfo(Type type, Map<String, TypeInformation<?>> of) {
      return new LedgerType<>(Book.class, BookSerializer::new);
    }
  }

  /** Makes the type of an {@link Identity}. */
  public static final class OfIdentity extends TypeInfoFactory<Identity> {
    @Override
    public TypeInformation<Identity> createTypeInfo(Type type, Map<String, TypeInformation<?>> of) {
      return new LedgerType<>(Identity.class, IdentitySerializer::new);
    }
  }

  /** Makes the type of a {@link Claim}. */
  public static final class OfClaim extends TypeInfoFactory<Claim> {
    @Override
    public TypeInformation<Claim> createTypeInfo(Type type, Map<String, TypeInformation<?>> of) {
      return new LedgerType<>(Claim.class, ClaimSerializer::new);
    }
  }

  /** Makes the type of a {@link Routed}. */
  public static final class OfRouted extends TypeInfoFactory<Routed> {
    @Override
    public TypeInformation<Routed> createTypeInfo(Type type, Map<String, TypeInformation<?>> of) {
      return new LedgerType<>(Routed.class, RoutedSerializer::new);
    }
  }

  /** Makes the type of a {@link ReconciledMatch}. */
  public static final class OfMatch extends TypeInfoFactory<ReconciledMatch> {
    @Override
    public TypeInformation<ReconciledMatch> createTypeInfo(
        Type type, Map<String, TypeInformation<?>> of) {
      return new LedgerType<>(ReconciledMatch.class, MatchSerializer::new);
    }
  }

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
  public Class<T> getTypeClass() {
    return type;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<T> createSerializer(SerializerConfig config) {
    return serializer.get();
  }

  @Override
  public String toString() {
    return type.getSimpleName();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LedgerType<?> that && that.type == type;
  }

  @Override
  public int hashCode() {
    return type.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof LedgerType;
  }
}
