package dev.latchkey;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
  private static final String API = "dev.latchkey";
  private static final String SPI = "dev.latchkey.spi";

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(API);

  /** What the rules look at; a rule that sees no class proves nothing. */
  @Test
  void packages_areTheApiAndTheSpi() {
    assertThat(CORE.stream().map(JavaClass::getPackageName).distinct())
        .containsExactlyInAnyOrder(API, SPI);
  }

  @Test
  void dependencies_areTheJdkAndJspecifyAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", API, SPI))
        .because("the core is on the class path of every app")
        .check(CORE);
  }

  @Test
  void dependencies_inTheJdk_needNoModuleButTheBase() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.net.http..", "java.sql..", "java.util.logging..", "java.management.."))
        .because("an app's own JDK image may have java.base alone")
        .check(CORE);
  }

  @Test
  void core_doesNoInputOrOutput() {
    noClasses()
        .should()
        .dependOnClassesThat(resideInAnyPackage("java.net..", "java.nio.file.."))
        .because("values come from a resolver; what reads files and sockets is in client")
        .check(CORE);
  }

  /**
   * The API and the SPI speak of each other by design: the environment calls the resolver, and the
   * resolver takes and gives the API's types. With these two packages it is the only circle there
   * can be; what is kept is that the SPI sees nothing of the API that its implementers do not.
   */
  @Test
  void spi_dependsOnItselfAndPublicApi() {
    classes()
        .that()
        .resideInAPackage(SPI)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("java..", "org.jspecify..", SPI)
                .or(resideInAPackage(API).and(describe("are public", ArchitectureTest::isPublic))))
        .because("an implementer compiles against what is public")
        .check(CORE);
  }

  /** A public type is a promise: adding one is a decision, and this is where it is written down. */
  @Test
  void publicTypes_areThoseIntended() {
    Set<String> found =
        CORE.stream()
            .filter(ArchitectureTest::isPublic)
            .map(type -> type.getName().substring(API.length() + 1))
            .collect(Collectors.toSet());

    assertThat(found)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(
                    "LaunchEnvironment",
                    "MalformedSecretException",
                    "ProcessRole",
                    "Registration",
                    "SecretAccessDeniedException",
                    "SecretBatchException",
                    "SecretBinding",
                    "SecretConfigurationException",
                    "SecretConflictException",
                    "SecretDecryptionException",
                    "SecretEnvironment",
                    "SecretEnvironment$Builder",
                    "SecretException",
                    "SecretName",
                    "SecretNotFoundException",
                    "SecretProtocolException",
                    "SecretRef",
                    "SecretStatus",
                    "SecretStatus$State",
                    "SecretUnauthenticatedException",
                    "SecretUnavailableException",
                    "SecretValue",
                    "SecretValueException",
                    "Secrets",
                    "Secrets$Installation",
                    "SecretsReport",
                    "SecretsReport$Line",
                    "spi.Decryptor",
                    "spi.DecryptorProvider",
                    "spi.SealedSecret",
                    "spi.Sealer",
                    "spi.SecretIdentity",
                    "spi.SecretResolver",
                    "spi.SecretResolverProvider",
                    "spi.Suggestions")
                .toList());
  }

  @Test
  void publicTypes_areFinalOrMeantToBeExtended() {
    Set<String> open =
        CORE.stream()
            .filter(ArchitectureTest::isPublic)
            .filter(type -> !type.isInterface() && !type.isEnum())
            .filter(type -> !type.getModifiers().contains(JavaModifier.FINAL))
            .map(JavaClass::getSimpleName)
            .collect(Collectors.toSet());

    assertThat(open).containsExactlyInAnyOrder("SecretException", "SecretUnavailableException");
  }

  @Test
  void control_aRuleThatIsBroken_fails() {
    assertThatThrownBy(
            () -> noClasses().should().dependOnClassesThat(resideInAPackage("java..")).check(CORE))
        .isInstanceOf(AssertionError.class);
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true)
        && !type.getSimpleName().equals("package-info");
  }
}
