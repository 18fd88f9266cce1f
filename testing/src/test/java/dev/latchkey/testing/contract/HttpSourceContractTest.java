package dev.latchkey.testing.contract;

import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import dev.latchkey.testing.http.FakeSecretService;
import dev.latchkey.testing.http.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;

class HttpSourceContractTest extends CiphertextSourceContract {
  private final List<FakeSecretService> services = new ArrayList<>();

  @AfterEach
  void closeServices() {
    services.forEach(FakeSecretService::close);
  }

  @Override
  protected CiphertextSource source(List<SealedSecret> versions, Set<SecretIdentity> deletions) {
    FakeSecretService service = start();
    for (SealedSecret secret : versions) {
      SecretIdentity identity = secret.identity();
      if (deletions.stream().anyMatch(deletion -> isNext(identity, deletion))) {
        service.delete(identity.name().toString());
      }
      service.put(secret);
    }
    for (SecretIdentity deletion : deletions) {
      if (versions.stream().noneMatch(secret -> isNext(secret.identity(), deletion))) {
        service.delete(deletion.name().toString());
      }
    }
    return service.source().build();
  }

  @Override
  protected List<FailingSource> failingSources() {
    Duration brief = Duration.ofMillis(300);
    HttpSource.Builder nobody =
        HttpSource.builder(closedPort()).project(PROJECT).token(() -> "contract-token");
    return List.of(
        failing("nobody listens", nobody, TIMEOUT, SecretUnavailableException.class),
        failing("out of order", Fault.status(503), TIMEOUT, SecretUnavailableException.class),
        failing("reset", Fault.reset(), TIMEOUT, SecretUnavailableException.class),
        failing("truncated", Fault.truncated(), TIMEOUT, SecretUnavailableException.class),
        failing("not JSON", Fault.notJson(), TIMEOUT, SecretProtocolException.class),
        failing("never answers", Fault.silent(), brief, SecretUnavailableException.class));
  }

  private FailingSource failing(
      String what,
      Fault fault,
      Duration timeout,
      Class<? extends SecretUnavailableException> failure) {
    FakeSecretService service = start();
    service.fail(fault);
    return failing(what, service.source(), timeout, failure);
  }

  private static FailingSource failing(
      String what,
      HttpSource.Builder source,
      Duration timeout,
      Class<? extends SecretUnavailableException> failure) {
    return new FailingSource(what, source.build(), timeout, failure);
  }

  private FakeSecretService start() {
    FakeSecretService service = FakeSecretService.builder().project(PROJECT).start();
    services.add(service);
    return service;
  }

  private static boolean isNext(SecretIdentity identity, SecretIdentity deletion) {
    return identity.name().equals(deletion.name()) && identity.version() == deletion.version() + 1;
  }

  private static URI closedPort() {
    try (var socket = new ServerSocket(0)) {
      return URI.create("http://localhost:" + socket.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
