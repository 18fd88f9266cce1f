package dev.latchkey.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String FAKES = "dev.latchkey.testing";

  private static final String FAKE_SERVICE = "dev.latchkey.testing.http";

  private static final String LOCAL_SERVICE = "dev.latchkey.testing.service";

  private static final String WIRE = "dev.latchkey.testing.wire";

  private static final JavaClasses TESTING =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(FAKES);

  private static ArchRule coreAlone(String... of) {
    return classes()
        .that()
        .resideInAnyPackage(of)
        .and()
        .haveNameNotMatching(".*LogbackWatch.*")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..", "org.jspecify..", "dev.latchkey", "dev.latchkey.spi", FAKES));
  }

  @Test
  void fakes_knowCoreAlone() {
    coreAlone(FAKES)
        .because("they work with any test framework, and without the client on the class path")
        .check(TESTING);
  }

  @Test
  void client_isKnownToTheContractsAndServicesAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.latchkey.testing.contract", FAKE_SERVICE, LOCAL_SERVICE, WIRE)
        .should()
        .dependOnClassesThat(resideInAnyPackage("dev.latchkey.client.."))
        .because("the client is an optional dependency")
        .check(TESTING);
  }

  @Test
  void services_knowNoTestFrameworkAndNoneOfTheOthers() {
    noClasses()
        .that()
        .resideInAnyPackage(FAKE_SERVICE, LOCAL_SERVICE, WIRE)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("org.junit..", FAKES, "dev.latchkey.testing.contract"))
        .because("it serves any test framework, and other languages")
        .check(TESTING);
  }

  @Test
  void services_knowNothingOfEachOther() {
    noClasses()
        .that()
        .resideInAnyPackage(LOCAL_SERVICE, WIRE)
        .should()
        .dependOnClassesThat(resideInAnyPackage(FAKE_SERVICE, "mockwebserver3..", "okhttp3"))
        .because("each has an HTTP server of its own")
        .check(TESTING);
    noClasses()
        .that()
        .resideOutsideOfPackage(LOCAL_SERVICE)
        .should()
        .dependOnClassesThat(resideInAnyPackage(LOCAL_SERVICE, "org.eclipse.jetty.."))
        .because("Jetty is an optional dependency")
        .check(TESTING);
  }

  @Test
  void services_meetOkHttpTlsInOneClassEach() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(FAKE_SERVICE + ".Certificates")
        .and()
        .doNotHaveFullyQualifiedName(LOCAL_SERVICE + ".SelfSigned")
        .should()
        .dependOnClassesThat(resideInAnyPackage("okhttp3.tls.."))
        .because("a service in the clear does without it")
        .check(TESTING);
  }

  @Test
  void control_rulesThatAreBrokenOrSeeNothing_fail() {
    assertThatThrownBy(
            () ->
                noClasses()
                    .should()
                    .dependOnClassesThat(resideInAnyPackage("dev.latchkey.client.."))
                    .check(TESTING))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> coreAlone("dev.latchkey.testing.none").check(TESTING))
        .isInstanceOf(AssertionError.class);
  }
}
