package io.millrace.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule KNOWS_NO_JOBS_NOR_CONNECTORS =
      noClasses()
          .that()
          .resideInAPackage("io.millrace.local..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.millrace.job..",
              "io.millrace.connector..",
              "io.millrace.operator..",
              "org.apache.flink.connector.kafka..")
          .because("it submits the very jar that a real cluster gets");

  @ArchTest
  static final ArchRule SERVERS_DO_NOT_KNOW_THE_COMMAND =
      noClasses()
          .that()
          .resideInAPackage("io.millrace.local.*..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.millrace.local");

  @ArchTest
  static final ArchRule SCHEMAS_DO_NOT_KNOW_THE_CLUSTER =
      noClasses()
          .that()
          .resideInAPackage("io.millrace.schema..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.millrace.local..");
}
