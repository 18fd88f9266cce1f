package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SecretExceptionTest {
  private static final String PROBLEM = "It failed here.";
  private static final String REMEDY = "Mend it.";

  static Stream<SecretException> everyType() {
    return Stream.of(
        new SecretAccessDeniedException(PROBLEM, REMEDY),
        new SecretConfigurationException(PROBLEM, REMEDY),
        new SecretConflictException(PROBLEM, REMEDY),
        new SecretDecryptionException(PROBLEM, REMEDY),
        new SecretNotFoundException(PROBLEM, REMEDY),
        new SecretProtocolException(PROBLEM, REMEDY),
        new SecretUnauthenticatedException(PROBLEM, REMEDY),
        new SecretUnavailableException(PROBLEM, REMEDY),
        new SecretValueException(PROBLEM, REMEDY),
        new MalformedSecretException(PROBLEM, REMEDY, 7));
  }

  @ParameterizedTest
  @MethodSource("everyType")
  void withProblem_keepsTypeAndRemedyAndIsCausedByTheFirst(SecretException e) {
    SecretException other = e.withProblem("It failed there.");

    assertThat(e).hasMessage("It failed here. Mend it.").hasNoCause();
    assertThat(other)
        .isExactlyInstanceOf(e.getClass())
        .isNotSameAs(e)
        .hasMessage("It failed there. Mend it.")
        .hasCause(e);
    assertThat(other.problem()).isEqualTo("It failed there.");
    assertThat(other.remedy()).isEqualTo(REMEDY);
  }

  @ParameterizedTest
  @MethodSource("everyType")
  void of_variable_namesItAndTheReference(SecretException e) {
    SecretRef ref = SecretRef.parse("secret://db?version=3#/password");

    assertThat(e.of("DB", ref))
        .isExactlyInstanceOf(e.getClass())
        .hasMessage("DB: It failed here. Bound by secret://db?version=3#/password. Mend it.");
    assertThat(e.of("DB")).hasMessage("DB: It failed here. Mend it.");
  }

  @Test
  void message_noRemedy_isTheProblem() {
    assertThat(new SecretNotFoundException(PROBLEM, "")).hasMessage(PROBLEM);
  }

  @Test
  void withProblem_keepsWhatTheTypeKnowsBesides() {
    var wait = Duration.ofSeconds(3);
    var unavailable = new SecretUnavailableException(PROBLEM, REMEDY, wait);
    assertThat(unavailable.withProblem("x").retryAfter()).hasValue(wait);
    assertThat(new SecretUnavailableException(PROBLEM, REMEDY).retryAfter()).isEmpty();
    assertThat(new SecretProtocolException(PROBLEM, REMEDY))
        .isInstanceOf(SecretUnavailableException.class);

    assertThat(new MalformedSecretException(PROBLEM, REMEDY, 7).withProblem("x").position())
        .hasValue(7);
    assertThat(new MalformedSecretException(PROBLEM, REMEDY, -1).position()).isEmpty();
  }

  @Test
  void batch_ofOne_isThatOne() {
    var e = new SecretNotFoundException(PROBLEM, REMEDY);

    assertThat(SecretBatchException.of(List.of(e))).isSameAs(e);
  }

  @Test
  void batch_ofSeveral_hasALineForEach() throws Exception {
    var one = new SecretNotFoundException("A: Gone.", "Create it.");
    var two = new SecretUnavailableException("B: Down.", "");

    SecretException e = SecretBatchException.of(List.of(one, two));

    String nl = System.lineSeparator();
    String message = "2 variables failed:" + nl + "  A: Gone. Create it." + nl + "  B: Down.";
    assertThat(e).isInstanceOf(SecretBatchException.class).hasMessage(message);
    assertThat(e.getSuppressed()).containsExactly(one, two);
    assertThat(((SecretBatchException) e).failures()).containsExactly(one, two);
    SecretBatchException other = ((SecretBatchException) e).withProblem("Launch failed.");
    assertThat(other).hasMessage("Launch failed.").hasCause(e);
    assertThat(other.failures()).containsExactly(one, two);

    var again = (SecretBatchException) serialized(e);
    assertThat(again).hasMessage(message);
    assertThat(again.failures())
        .extracting(Throwable::getMessage)
        .containsExactly("A: Gone. Create it.", "B: Down.");
  }

  private static Object serialized(Object object) throws IOException, ClassNotFoundException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void throwing_twice_isTwoExceptions() {
    SecretEnvironment environment =
        SecretEnvironment.builder()
            .environment(Map.of("X", "secret://_"))
            .role(ProcessRole.WORK)
            .resolver(new FakeResolver())
            .build();

    var one = catchThrowableOfType(SecretException.class, () -> environment.get("X"));
    var two = catchThrowableOfType(SecretException.class, () -> environment.get("X"));

    assertThat(one).isNotSameAs(two).hasMessage(two.getMessage());
    assertThat(one.getCause()).isSameAs(two.getCause());
  }
}
