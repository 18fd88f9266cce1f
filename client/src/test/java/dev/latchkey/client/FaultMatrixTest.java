package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.client.FaultServer.Wire;
import dev.latchkey.client.source.HttpSource;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything that can go wrong between a client and its service, each with a value at hand and
 * without: what is thrown or served, with which alarm, after how many requests and what pauses, and
 * that nothing of it shows a secret.
 */
@Timeout(30)
class FaultMatrixTest {
  /** Loads the classes of a request, which take longer than some deadlines here. */
  @BeforeAll
  static void loadClasses() {
    for (Wire wire : Wire.values()) {
      try (var rig = new FaultRig(wire)) {
        assertThat(rig.read()).isEqualTo(FaultServer.value(FaultRig.VERSION));
      }
    }
  }

  static Stream<FaultCell> connections() {
    return FaultCell.of(ConnectionFaults.all());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("connections")
  void get_connectionFails_isRetriedOrServedStale(FaultCell cell) {
    cell.run();
  }

  static Stream<FaultCell> statuses() {
    return FaultCell.of(StatusFaults.all());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("statuses")
  void get_answerIsNoAnswer_doesWhatItsStatusSays(FaultCell cell) {
    cell.run();
  }

  static Stream<FaultCell> bodies() {
    return FaultCell.of(BodyFaults.all());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodies")
  void get_bodyIsNotAsAgreed_isNeitherRetriedNorShown(FaultCell cell) {
    cell.run();
  }

  static Stream<FaultCell> ciphertexts() {
    return FaultCell.of(CiphertextFaults.all());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ciphertexts")
  void get_ciphertextIsNotTheSecrets_isRefused(FaultCell cell) {
    cell.run();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"http://192.0.2.1", "http://x.invalid", "http://localhost.x.invalid:80"})
  void builder_noTlsToAnotherMachine_isRefused(String address) {
    assertThatThrownBy(() -> HttpSource.builder(URI.create(address)))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "The address of the secrets service is not https, and its host is not this machine."
                + " Use https: the token would travel in the clear.");
  }

  @org.junit.jupiter.api.Test
  void matrix_isLarge() {
    List<Stream<FaultCell>> all = List.of(connections(), statuses(), bodies(), ciphertexts());
    assertThat(all.stream().mapToLong(Stream::count).sum()).isGreaterThan(300);
  }
}
