package io.millrace.connector.store;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The options that stores with tables have in common. */
public final class StoreOptions {
  /** Whether missing tables are created. */
  public static final ConfigOption<Boolean> CREATE_TABLES =
      ConfigOptions.key("create-tables")
          .booleanType()
          .defaultValue(false)
          .withDescription("Whether tables that are missing in a store are created.");

  private StoreOptions() {}
}
