package io.millrace.job;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between modules as all of them are seen from here, and the shape of this one. */
@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule JOBS_DO_NOT_KNOW_THE_LOCAL_CLUSTER =
      noClasses()
          .that()
          .resideInAPackage("io.millrace.job..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.millrace.local..");

  @ArchTest
  static final ArchRule NOBODY_KNOWS_THE_JOBS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.millrace.job..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.millrace.job..");

  @ArchTest
  static final ArchRule OPERATORS_STAND_ALONE =
      noClasses()
          .that()
          .resideInAPackage("io.millrace.operator..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.millrace.schema..", "io.millrace.connector..", "io.millrace.local..");

  @ArchTest
  static final ArchRule CONNECTORS_KNOW_ONLY_SCHEMAS =
      noClasses()
          .that()
          .resideInAPackage("io.millrace.connector..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.millrace.operator..", "io.millrace.local..");

  @ArchTest
  static final ArchRule SCHEMAS_KNOW_NEITHER_FLINK_NOR_KAFKA =
      noClasses()
          .that()
          .resideInAPackage("io.millrace.schema..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.flink..", "org.apache.kafka..");

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching("io.millrace.(*..)").should().beFreeOfCycles();

  /** What comes from outside never chooses the class that it becomes. */
  @ArchTest
  static final ArchRule NOTHING_READS_OBJECTS_OF_ANY_CLASS =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.esotericsoftware..", "com.alibaba.fastjson..")
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.io\\.ObjectInputStream|.*\\.JsonTypeInfo|.*\\.PolymorphicTypeValidator"
                  + "|java\\.beans\\.XMLDecoder");

  @ArchTest
  static final ArchRule A_DOMAIN_SHOWS_JOBS_AND_OPTIONS =
      classes()
          .that()
          .resideInAPackage("io.millrace.job.*..")
          .and()
          .resideOutsideOfPackage("io.millrace.job.catalogue..")
          .and()
          .arePublic()
          .and()
          .areTopLevelClasses()
          .should()
          .haveNameMatching(".*(Job|Options)");
}
