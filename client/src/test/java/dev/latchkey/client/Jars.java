package dev.latchkey.client;

import dev.latchkey.Secrets;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The jars of this build, and those that the client needs when it runs. */
final class Jars {
  private static final Pattern NEEDED =
      Pattern.compile(
          "(annotations|caffeine|error_prone_annotations|gson|jackson-(annotations|core|databind)"
              + "|jspecify|kotlin-stdlib|okhttp-jvm|okio-jvm|protobuf-java|tink)-[0-9].*\\.jar");

  private Jars() {}

  static Path core() {
    return jarOf(Secrets.class, "latchkey-core-*.jar");
  }

  static Path client() {
    return jarOf(SecretsClient.class, "latchkey-client-*.jar");
  }

  /** Returns the jar that a class was loaded from, or that stands beside its directory. */
  private static Path jarOf(Class<?> type, String glob) {
    try {
      Path place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!Files.isDirectory(place)) {
        return place;
      }
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(place.resolveSibling("."), glob)) {
        return jars.iterator().next().normalize();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns what the client's POM has an app depend on; picocli is not in it. */
  static List<Path> dependencies() {
    List<Path> jars = new ArrayList<>();
    for (String entry : ChildJvm.classPath().split(Pattern.quote(File.pathSeparator), -1)) {
      Path path = Path.of(entry);
      if (NEEDED.matcher(String.valueOf(path.getFileName())).matches()) {
        jars.add(path);
      }
    }
    return jars;
  }
}
