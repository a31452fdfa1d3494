package io.millrace.schema;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.millrace.schema.codec.SelfChecking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule knowsNoFlinkAndNoKafka =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("org.apache..");

  @ArchTest
  static final ArchRule codecKnowsNoTopics =
      noClasses()
          .that()
          .resideInAPackage("..schema.codec..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.millrace..").and(resideOutsideOfPackage("..schema.codec..")));

  @ArchTest
  static final ArchRule recordsThatFlowArePublic =
      classes()
          .that(resideOutsideOfPackage("..schema.codec.."))
          .and(JavaClass.Predicates.assignableTo(Record.class))
          .should()
          .bePublic();

  /** A projection does not ask the constructor of a record that has no such mark. */
  @ArchTest
  static final ArchRule constructorsThatCheckSaySo =
      noClasses()
          .that()
          .areAssignableTo(Record.class)
          .and()
          .resideOutsideOfPackage("..schema.codec..")
          .and()
          .areNotAnnotatedWith(SelfChecking.class)
          .should()
          .callCodeUnitWhere(
              DescribedPredicate.describe(
                  "a constructor does more than to keep the values",
                  call ->
                      call.getOrigin().isConstructor()
                          && !call.getTargetOwner().isEquivalentTo(Record.class)
                          && !callsAnotherConstructor(call.getOrigin())));

  /** A reader asks only the canonical constructor, which calls no other one. */
  private static boolean callsAnotherConstructor(JavaCodeUnit constructor) {
    return constructor.getConstructorCallsFromSelf().stream()
        .anyMatch(call -> call.getTargetOwner().equals(constructor.getOwner()));
  }

  @Test
  void publicTypes_haveJavadoc() throws IOException {
    Pattern declared =
        Pattern.compile(
            "\\*/\\n(@.*\\n)*public (final |sealed |abstract )*(class|@?interface|record|enum) ");
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<Path> sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !file.endsWith("package-info.java"))
              .toList();
      assertThat(sources).isNotEmpty();
      for (Path source : sources) {
        String text = Files.readString(source);
        if (text.contains("\npublic ")) {
          assertThat(declared.matcher(text).find()).as("%s has Javadoc", source).isTrue();
        }
      }
    }
  }
}
