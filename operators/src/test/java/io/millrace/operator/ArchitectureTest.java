package io.millrace.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the modules, and which packages are free of Flink. */
@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  @ArchTest
  static final ArchRule OPERATORS_KNOW_NEITHER_SCHEMAS_NOR_CONNECTORS =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.millrace.schema..",
              "io.millrace.connector..",
              "io.millrace.job..",
              "io.millrace.local..")
          .because("a team lifts operators into its own jobs, with its own records and stores");

  @ArchTest
  static final ArchRule ALGORITHMS_ARE_FREE_OF_FLINK =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.millrace.operator.logline..",
              "io.millrace.operator.sketch..",
              "io.millrace.operator.window..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.flink..", "org.slf4j..", "org.apache.logging..")
          .because("an algorithm is understood and tested without a stream");

  @ArchTest
  static final ArchRule ALGORITHMS_HAVE_NO_CLOCK =
      noClasses()
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .because(
              "time comes from events or from Flink's timer service, so that tests can set it");

  @ArchTest
  static final ArchRule PUBLIC_FIELDS_ARE_CONSTANTS =
      fields()
          .that()
          .arePublic()
          .should()
          .beFinal()
          .andShould()
          .beStatic()
          .because("what others can change is no invariant");
}
