package io.millrace.schema.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Finds the event time of records. */
public final class EventTimes {
  /** The event time of a record that has none. */
  public static final long ABSENT = Long.MIN_VALUE;

  /** One reader a type: the JVM compiles the method handles in them one by one. */
  private static final ClassValue<ToLongFunction<Object>> READERS =
      new ClassValue<>() {
        @Override
        protected ToLongFunction<Object> computeValue(Class<?> type) {
          return made(type);
        }
      };

  private EventTimes() {}

  /**
   * Reads the component that is marked {@link EventTime}, in milliseconds since the epoch: the
   * {@code long}, or the one called {@code at}, which may be {@link #ABSENT}. Of results, whose
   * times are not marked, it is the {@code long} that is called {@code at}.
   *
   * @throws IllegalArgumentException where {@code type} has no such component
   */
  @SuppressWarnings("unchecked") // What is made for a type takes its values.
  public static <T extends Record> ToLongFunction<T> of(Class<T> type) {
    return (ToLongFunction<T>) (ToLongFunction<?>) READERS.get(type);
  }

  /** Whether every record of that type has an event time. */
  public static boolean isGiven(Class<?> type) {
    RecordComponent component = find(type);
    return component != null && component.getType() == long.class;
  }

  /** Whether a record of that type may have no event time, which is {@link #ABSENT} then. */
  public static boolean isOptional(Class<?> type) {
    return component(type).getType() != long.class;
  }

  /**
   * The time that an ISO-8601 text with an offset states, as records may have it, in milliseconds
   * since the epoch.
   *
   * @throws java.time.DateTimeException where it states none
   * @throws ArithmeticException where it is too far from the epoch
   */
  public static long millis(String text) {
    return ScalarShape.Time.millis(text);
  }

  private static ToLongFunction<Object> made(Class<?> type) {
    try {
      RecordComponent component = component(type);
      MethodHandle accessor =
          MethodHandles.publicLookup()
              .unreflect(component.getAccessor())
              .asType(MethodType.methodType(component.getType(), Object.class));
      return component.getType() == long.class
          ? value -> read(accessor, value)
          : value -> readIfPresent(accessor, value);
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(type.getName() + " must be public", e);
    }
  }

  /**
   * The component that {@link #of} reads.
   *
   * @throws IllegalArgumentException where {@code type} has none
   */
  static RecordComponent component(Class<?> type) {
    RecordComponent component = find(type);
    if (component == null) {
      throw new IllegalArgumentException(type.getName() + " has no long marked @EventTime");
    }
    return component;
  }

  private static @Nullable RecordComponent find(Class<?> type) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.isAnnotationPresent(EventTime.class) && component.getType() == long.class) {
        return component;
      }
    }
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.isAnnotationPresent(EventTime.class) && component.getName().equals("at")) {
        return component;
      }
    }
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.getType() == long.class && component.getName().equals("at")) {
        return component;
      }
    }
    return null;
  }

  private static long read(MethodHandle accessor, Object value) {
    try {
      return (long) accessor.invokeExact(value);
    } catch (Throwable e) {
      throw new IllegalStateException(
          "reading the event time of a " + value.getClass().getName() + " failed", e);
    }
  }

  private static long readIfPresent(MethodHandle accessor, Object value) {
    try {
      Long at = (Long) accessor.invokeExact(value);
      return at == null ? ABSENT : at;
    } catch (Throwable e) {
      throw new IllegalStateException(
          "reading the event time of a " + value.getClass().getName() + " failed", e);
    }
  }
}
