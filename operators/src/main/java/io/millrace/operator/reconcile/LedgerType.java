package io.millrace.operator.reconcile;

import io.millrace.operator.type.ValueType;
import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/** Makes the types of values that a {@link LedgerSerializer} is for. */
final class LedgerType {
  private LedgerType() {}

  /** Makes the type of a {@link Book}. */
  public static final class OfBook extends TypeInfoFactory<Book> {
    @Override
    public TypeInformation<Book> createTypeInfo(Type type, Map<String, TypeInformation<?>> of) {
      return new ValueType<>(Book.class, BookSerializer::new);
    }
  }

  /** Makes the type of an {@link Identity}. */
  public static final class OfIdentity extends TypeInfoFactory<Identity> {
    @Override
    public TypeInformation<Identity> createTypeInfo(Type type, Map<String, TypeInformation<?>> of) {
      return new ValueType<>(Identity.class, IdentitySerializer::new);
    }
  }

  /** Makes the type of a {@link Claim}. */
  public static final class OfClaim extends TypeInfoFactory<Claim> {
    @Override
    public TypeInformation<Claim> createTypeInfo(Type type, Map<String, TypeInformation<?>> of) {
      return new ValueType<>(Claim.class, ClaimSerializer::new);
    }
  }

  /** Makes the type of a {@link Routed}. */
  public static final class OfRouted extends TypeInfoFactory<Routed> {
    @Override
    public TypeInformation<Routed> createTypeInfo(Type type, Map<String, TypeInformation<?>> of) {
      return new ValueType<>(Routed.class, RoutedSerializer::new);
    }
  }

  /** Makes the type of a {@link ReconciledMatch}. */
  public static final class OfMatch extends TypeInfoFactory<ReconciledMatch> {
    @Override
    public TypeInformation<ReconciledMatch> createTypeInfo(
        Type type, Map<String, TypeInformation<?>> of) {
      return new ValueType<>(ReconciledMatch.class, MatchSerializer::new);
    }
  }
}
