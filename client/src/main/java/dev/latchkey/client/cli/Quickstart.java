package dev.latchkey.client.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "quickstart",
    header = "Seals a secret and starts a process that reads it, showing each command.",
    customSynopsis = "latchkey quickstart [--keep DIR]",
    footer = {"", "Example:", "  latchkey quickstart --keep try-latchkey"})
final class Quickstart implements Callable<Integer> {
  private final Host host;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Make the store and the keyset in this new directory, and leave them there.")
  private @Nullable Path keep;

  Quickstart(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    Path kept = keep;
    if (kept != null) {
      return keeping(kept.toAbsolutePath().normalize());
    }
    Path directory = Files.createTempDirectory("latchkey-quickstart").toRealPath();
    try {
      return new Tour(host, directory).run();
    } finally {
      remove(directory);
      host.out().println();
      host.out().println("What this made is removed again; to keep it, add --keep DIR.");
    }
  }

  private int keeping(Path directory) throws IOException {
    if (Files.exists(directory)) {
      throw new UsageException(
          "The directory " + directory + " exists already.", "Name one that does not.");
    }
    try {
      createForOwner(directory);
    } catch (IOException e) {
      throw new UsageException(
          "The directory " + directory + " cannot be made.", "Name one where you may write.");
    }
    int status = new Tour(host, directory).run();
    host.out().println();
    host.out()
        .println("The commands can be pasted, one by one, once " + directory + " is removed.");
    return status;
  }

  private static void createForOwner(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectory(directory);
    }
  }

  private static void remove(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(directory)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
