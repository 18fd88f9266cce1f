package dev.latchkey.testing;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@link System#getenv()} shows, for as long as an overlay is open. The latest overlay counts.
 *
 * <p>The JDK keeps its variables in a map that can be changed, and gives out an unmodifiable view
 * of it. Serialization hands what the view holds to {@link ObjectOutputStream#replaceObject}: so
 * the map is found by public API, without a flag or an agent, where reflection would need {@code
 * --add-opens}. On Windows {@link System#getenv(String)} reads a second map, for which there is no
 * other way than that.
 */
final class ProcessVariables implements AutoCloseable {
  private static final String FLAG = "--add-opens java.base/java.lang=ALL-UNNAMED";

  private static final List<ProcessVariables> OPEN = new ArrayList<>();
  private static Map<String, String> own = Map.of();
  private static @Nullable List<Map<String, String>> maps;

  private final Map<String, String> shown;

  private ProcessVariables(Map<String, String> shown) {
    this.shown = Map.copyOf(shown);
  }

  /** Returns a copy of the variables that this process was started with. */
  static synchronized Map<String, String> own() {
    return new LinkedHashMap<>(OPEN.isEmpty() ? System.getenv() : own);
  }

  /**
   * Makes {@link System#getenv()} show the given variables, and no others, until the result is
   * closed.
   *
   * @throws IllegalStateException if this JVM does not let it, saying which flag does
   */
  static synchronized ProcessVariables show(Map<String, String> variables) {
    List<Map<String, String>> written = maps();
    if (OPEN.isEmpty()) {
      own = Map.copyOf(System.getenv());
    }
    var overlay = new ProcessVariables(variables);
    OPEN.add(overlay);
    write(written);
    return overlay;
  }

  /** Ends the overlay, and those opened later. */
  @Override
  public void close() {
    end(this);
  }

  private static synchronized void end(ProcessVariables overlay) {
    int place = OPEN.indexOf(overlay);
    if (place >= 0) {
      OPEN.subList(place, OPEN.size()).clear();
      write(maps());
    }
  }

  private static void write(List<Map<String, String>> written) {
    Map<String, String> target = OPEN.isEmpty() ? own : OPEN.get(OPEN.size() - 1).shown;
    for (Map<String, String> map : written) {
      Set<String> gone = new HashSet<>(map.keySet());
      gone.removeAll(target.keySet());
      gone.forEach(map::remove);
      target.forEach(
          (name, value) -> {
            if (!value.equals(map.get(name))) {
              map.put(name, value);
            }
          });
    }
  }

  private static List<Map<String, String>> maps() {
    List<Map<String, String>> found = maps;
    if (found == null) {
      found = new ArrayList<>(List.of(inside(System.getenv())));
      if (System.getProperty("os.name", "").startsWith("Windows")) {
        found.add(field("theCaseInsensitiveEnvironment"));
      }
      maps = found;
    }
    return found;
  }

  /** Returns the map in an unmodifiable view. */
  @SuppressWarnings("unchecked") // A view of a map of strings is of nothing else.
  private static Map<String, String> inside(Map<String, String> view) {
    List<Object> found = new ArrayList<>();
    try (var out =
        new ObjectOutputStream(OutputStream.nullOutputStream()) {
          {
            enableReplaceObject(true);
          }

          @Override
          protected @Nullable Object replaceObject(Object object) {
            if (object == view) {
              return object;
            }
            found.add(object);
            return null;
          }
        }) {
      out.writeObject(view);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (found.size() == 1 && found.get(0) instanceof Map<?, ?> map) {
      return (Map<String, String>) map;
    }
    throw new IllegalStateException(
        "System.getenv() of this JVM cannot be changed ("
            + System.getProperty("java.vm.version")
            + "). FakeSecrets.installForThread() and @ThreadScoped do without: their fakes are seen"
            + " through Secrets alone.");
  }

  @SuppressWarnings("unchecked") // The field's type, as long as there has been one.
  private static Map<String, String> field(String name) {
    try {
      Field field = Class.forName("java.lang.ProcessEnvironment").getDeclaredField(name);
      field.setAccessible(true);
      return (Map<String, String>) field.get(null);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "On Windows System.getenv can be changed only in a JVM that is started with "
              + FLAG
              + ": add it (Maven: argLine of Surefire; Gradle: jvmArgs of the test task), or use"
              + " FakeSecrets.installForThread() or @ThreadScoped, whose fakes are seen through"
              + " Secrets alone.",
          e);
    }
  }
}
