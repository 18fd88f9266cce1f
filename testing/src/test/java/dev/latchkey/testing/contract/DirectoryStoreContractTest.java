package dev.latchkey.testing.contract;

import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreContractTest extends SecretStoreContract {
  @TempDir Path temp;

  @Override
  protected SecretStore store() {
    try {
      return DirectoryStore.open(Files.createTempDirectory(temp, "root"), PROJECT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected SecretStore reopen(SecretStore store) {
    return DirectoryStore.open(((DirectoryStore) store).root(), PROJECT);
  }

  @Override
  protected List<FailingSource> failingSources() {
    try {
      Path file = Files.createFile(temp.resolve("file"));
      Path damaged = Files.createDirectories(temp.resolve("damaged"));
      Files.createDirectories(damaged.resolve(PROJECT).resolve("my-secret"));
      Files.writeString(damaged.resolve(PROJECT).resolve("my-secret").resolve("1.json"), "{");
      return List.of(
          new FailingSource(
              "no such root",
              DirectoryStore.open(temp.resolve("absent"), PROJECT),
              TIMEOUT,
              SecretUnavailableException.class),
          new FailingSource(
              "root is a file",
              DirectoryStore.open(file, PROJECT),
              TIMEOUT,
              SecretUnavailableException.class),
          new FailingSource(
              "file cut off",
              DirectoryStore.open(damaged, PROJECT),
              TIMEOUT,
              SecretProtocolException.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
