package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.HttpSource;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import dev.latchkey.testing.contract.CiphertextSourceContract;
import dev.latchkey.testing.contract.FailingSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** What is read through a service is what its store keeps, by the contract of sources. */
class LocalServiceContractTest extends CiphertextSourceContract {
  @TempDir Path directory;
  private final List<Desk> desks = new ArrayList<>();

  @AfterEach
  void closeServices() {
    desks.forEach(Desk::close);
  }

  private Path newDirectory() {
    return directory.resolve(UUID.randomUUID().toString());
  }

  private Desk start(Path data) {
    // What is read was sealed with no keyset at all.
    TinkSealer sealer = TinkSealer.of(Keysets.generate());
    Desk desk = Desk.open(data, builder -> builder.projects(PROJECT).sealer(sealer));
    desks.add(desk);
    return desk;
  }

  @Override
  protected CiphertextSource source(List<SealedSecret> versions, Set<SecretIdentity> deletions) {
    Path data = newDirectory();
    Set<String> names = namesNotThere();
    var writes =
        new TreeMap<SecretIdentity, Runnable>(
            Comparator.comparing(SecretIdentity::name).thenComparing(SecretIdentity::version));
    try (DirectoryStore store = DirectoryStore.open(data.resolve("secrets"), PROJECT)) {
      for (SealedSecret secret : versions) {
        names.add(secret.identity().name().canonical());
        writes.put(secret.identity(), () -> store.append(secret));
      }
      for (SecretIdentity deletion : deletions) {
        names.add(deletion.name().canonical());
        writes.put(
            deletion, () -> store.delete(deletion.name(), deletion.version(), Instant.now()));
      }
      writes.values().forEach(Runnable::run);
    }
    Desk desk = start(data);
    return source(desk.service.address(), token(desk, names));
  }

  /** Returns the names that the suite asks for in vain: else they would be denied. */
  private static Set<String> namesNotThere() {
    Set<String> names = new HashSet<>(Set.of("my-secret", "my-secre", "quite-another"));
    IntStream.range(0, 20).forEach(i -> names.add("unknown-" + i));
    return names;
  }

  private static String token(Desk desk, Set<String> names) {
    String secrets = names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(","));
    Desk.Reply reply =
        desk.admin(
            "POST",
            "/v1/projects/" + PROJECT + "/process-tokens",
            "{\"role\":\"work\",\"app\":\"suite\",\"ttlSeconds\":60,\"secrets\":["
                + secrets
                + "]}");
    assertThat(reply.outcome()).isEqualTo("200");
    return reply.json().get("token").asText();
  }

  private static HttpSource source(URI address, String token) {
    return HttpSource.builder(address).project(PROJECT).token(() -> token).build();
  }

  @Override
  protected List<FailingSource> failingSources() {
    Desk closed = start(newDirectory());
    closed.close();
    Path data = newDirectory();
    Desk damaged = start(data);
    assertThat(
            damaged
                .admin("POST", "/v1/secrets", "{\"name\":\"my-secret\",\"value\":\"v\"}")
                .outcome())
        .isEqualTo("200");
    write(data.resolve("secrets/" + PROJECT + "/my-secret/1.json"), "{");
    String token = token(damaged, Set.of("my-secret"));
    URI elsewhere = URI.create(damaged.service.address() + "/elsewhere");
    return List.of(
        failing("closed", closed.service.address(), token, SecretUnavailableException.class),
        failing("damaged", damaged.service.address(), token, SecretUnavailableException.class),
        failing("another path", elsewhere, token, SecretProtocolException.class));
  }

  private static FailingSource failing(
      String what, URI address, String token, Class<? extends SecretException> failure) {
    return new FailingSource(what, source(address, token), TIMEOUT, failure);
  }

  private static void write(Path file, String content) {
    try {
      Files.delete(file);
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
