package dev.latchkey.client;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between packages, and which library is known where. */
class ArchitectureTest {
  private static final String ROOT = "dev.latchkey.client";
  private static final String SOURCE = ROOT + ".source";
  private static final String STORE = ROOT + ".store";
  private static final String TINK = ROOT + ".tink";
  private static final String MICROMETER = ROOT + ".integration.micrometer";
  private static final String COMMAND = ROOT + ".cli";

  /** What every package may use: the JDK, and the core with its annotations. */
  private static final String[] BASE = {
    "java..", "javax..", "org.jspecify..", "dev.latchkey", "dev.latchkey.spi"
  };

  private static final JavaClasses CLIENT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  /** What the rules look at; a rule that sees no class proves nothing. */
  @Test
  void packages_areThoseThatTheRulesKnow() {
    Set<String> found = CLIENT.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());

    assertThat(found).contains(ROOT, SOURCE, STORE, TINK, MICROMETER);
    assertThat(found).isSubsetOf(ROOT, SOURCE, STORE, TINK, MICROMETER, COMMAND);
  }

  private static ArchRule arrows(String from, String... to) {
    return classes()
        .that()
        .resideInAPackage(from)
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(BASE).or(resideInAnyPackage(to)));
  }

  @Test
  void source_knowsHttpAndJsonAlone() {
    arrows(SOURCE, SOURCE, "okhttp3..", "okio..", "kotlin..", "com.fasterxml.jackson.core..")
        .because("what carries ciphertexts neither stores nor opens them")
        .check(CLIENT);
  }

  @Test
  void store_knowsSourceAndJsonAlone() {
    arrows(STORE, STORE, SOURCE, "com.fasterxml.jackson.core..")
        .because("a store is a source that is also written, and sees ciphertexts only")
        .check(CLIENT);
  }

  @Test
  void tink_knowsCoreAlone() {
    arrows(TINK, TINK, "com.google.crypto.tink..", "com.fasterxml.jackson.core..")
        .because("what opens a ciphertext does not care where it came from")
        .check(CLIENT);
  }

  @Test
  void root_knowsAllButTheCommand() {
    arrows(
            ROOT,
            ROOT,
            SOURCE,
            STORE,
            TINK,
            "com.github.benmanes.caffeine.cache..",
            "com.fasterxml.jackson.core..",
            "jdk.jfr..")
        .check(CLIENT);
  }

  @Test
  void micrometer_knowsRootAlone() {
    arrows(MICROMETER, MICROMETER, ROOT, "io.micrometer.core.instrument..")
        .because("meters are made of what any listener is told")
        .check(CLIENT);
  }

  @Test
  void integrations_areUsedByNobody() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".integration..")
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + ".integration.."))
        .because("an app has the framework or has not")
        .check(CLIENT);
  }

  @Test
  void command_isUsedByNobody() {
    noClasses()
        .that()
        .resideOutsideOfPackage(COMMAND)
        .should()
        .dependOnClassesThat(resideInAPackage(COMMAND))
        .because("an app embeds the client without the command")
        .check(CLIENT);
  }

  @Test
  void packages_haveNoCycles() {
    slices().assignedFrom(new EachPackage()).should().beFreeOfCycles().check(CLIENT);
  }

  private static final class EachPackage implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return type.getPackageName().startsWith(ROOT)
          ? SliceIdentifier.of(type.getPackageName())
          : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "each package";
    }
  }

  private static ArchRule onlyIn(String home, String... library) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(home)
        .should()
        .dependOnClassesThat(resideInAnyPackage(library));
  }

  @Test
  void libraries_areKnownInOnePackageEach() {
    onlyIn(COMMAND, "picocli..").because("picocli is an optional dependency").check(CLIENT);
    onlyIn(MICROMETER, "io.micrometer..")
        .because("micrometer is an optional dependency")
        .check(CLIENT);
    onlyIn(SOURCE, "okhttp3..", "okio..", "kotlin..").check(CLIENT);
    onlyIn(TINK, "com.google.crypto.tink..", "com.google.protobuf..").check(CLIENT);
  }

  @Test
  void caffeine_isKnownInHeldCacheAlone() {
    noClasses()
        .that(
            describe(
                "are not ValueCache", type -> !type.getName().startsWith(ROOT + ".ValueCache")))
        .should()
        .dependOnClassesThat(resideInAPackage("com.github.benmanes.caffeine.."))
        .because("a process with few secrets never loads it")
        .check(CLIENT);
  }

  @Test
  void flightRecorder_isKnownInItsListenerAlone() {
    noClasses()
        .that(describe("are not Jfr…", type -> !type.getName().startsWith(ROOT + ".Jfr")))
        .should()
        .dependOnClassesThat(resideInAPackage("jdk.jfr.."))
        .because("an image without it works, and a process that nobody records never loads it")
        .check(CLIENT);
  }

  @Test
  void logging_isTheSystemLoggerAlone() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.util.logging..", "org.slf4j..", "org.apache..", "com.google.common.."))
        .check(CLIENT);
  }

  @Test
  void standardStreams_areTheCommandsAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(COMMAND)
        .should(ACCESS_STANDARD_STREAMS)
        .check(CLIENT);
  }

  @Test
  void threads_doNotSleep() {
    noClasses()
        .should()
        .callMethodWhere(target(owner(name("java.lang.Thread"))).and(target(name("sleep"))))
        .because("a sleeping thread answers neither a close nor a test's clock")
        .check(CLIENT);
  }

  /** A public type is a promise: adding one is a decision, and this is where it is written down. */
  @Test
  void publicTypes_areThoseIntended() {
    assertThat(publicTypes())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(
                    "BreakerState",
                    "ClientSettings",
                    "FetchEvent",
                    "FetchEvent$Kind",
                    "SecretsClient",
                    "SecretsClient$Builder",
                    "SecretsClientProvider",
                    "SecretsListener",
                    "Setting",
                    "integration.micrometer.LatchkeyMetrics",
                    "source.CiphertextAnswer",
                    "source.CiphertextAnswer$Damaged",
                    "source.CiphertextAnswer$Denied",
                    "source.CiphertextAnswer$NotFound",
                    "source.CiphertextAnswer$Sealed",
                    "source.CiphertextAnswer$Unchanged",
                    "source.CiphertextQuery",
                    "source.CiphertextSource",
                    "source.FetchRequest",
                    "source.HttpSource",
                    "source.HttpSource$Builder",
                    "source.ProcessToken",
                    "source.ProcessTokens",
                    "source.ProcessTokens$Builder",
                    "store.DirectoryStore",
                    "store.DiskCache",
                    "store.DiskCache$Kept",
                    "store.DiskCache$Shelf",
                    "store.SecretStore",
                    "store.SecretsAdmin",
                    "store.StoredSecret",
                    "tink.Keyset",
                    "tink.Keysets",
                    "tink.TinkDecryptor",
                    "tink.TinkSealer")
                .toList());
  }

  /** The command's package is not exported, so that what is public in it is public to nobody. */
  private static Set<String> publicTypes() {
    return CLIENT.stream()
        .filter(type -> !type.getPackageName().equals(COMMAND))
        .filter(ArchitectureTest::isPublic)
        .map(type -> type.getName().substring(ROOT.length() + 1))
        .collect(Collectors.toSet());
  }

  @Test
  void publicTypes_areFinalUnlessInterfaces() {
    assertThat(
            CLIENT.stream()
                .filter(ArchitectureTest::isPublic)
                .filter(type -> !type.isInterface() && !type.isEnum())
                .filter(type -> !type.getModifiers().contains(JavaModifier.FINAL))
                .map(JavaClass::getName))
        .isEmpty();
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true)
        && !type.getSimpleName().equals("package-info");
  }

  @Test
  void control_rulesThatAreBrokenOrSeeNothing_fail() {
    assertThatThrownBy(() -> onlyIn(STORE, "okhttp3..").check(CLIENT))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> arrows(STORE, STORE).check(CLIENT)).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> arrows(ROOT + ".none", SOURCE).check(CLIENT))
        .isInstanceOf(AssertionError.class);
    JavaClasses tests = new ClassFileImporter().importClasses(ChildJvm.class, SecretPrinter.class);
    assertThatThrownBy(() -> noClasses().should(ACCESS_STANDARD_STREAMS).check(tests))
        .isInstanceOf(AssertionError.class);
  }
}
