package io.millrace.connector;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "io.millrace.connector",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule knowsNoOperatorsAndNoJobs =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.millrace.operator..", "io.millrace.job..", "io.millrace.local..");

  @ArchTest
  static final ArchRule systemsDoNotKnowEachOther =
      slices()
          .matching("io.millrace.connector.(*)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(
              DescribedPredicate.alwaysTrue(),
              JavaClass.Predicates.resideInAnyPackage(
                  "io.millrace.connector.store", "io.millrace.connector.lane"));
}
