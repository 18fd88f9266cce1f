package dev.latchkey.client;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.Secrets;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JfrEventsTest {
  private static final String PREFIX = "dev.latchkey.";
  private static final String MAIN = ListenerCalls.class.getName();
  private static final String REF = "secret://db?version=3#/password";

  /** What every event has. */
  private static final Set<String> STANDARD =
      Set.of("startTime", "duration", "eventThread", "stackTrace");

  @TempDir Path directory;

  private static List<RecordedEvent> events(Path file) throws IOException {
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().startsWith(PREFIX))
        .toList();
  }

  private List<RecordedEvent> record(Runnable action) throws IOException {
    Path file = directory.resolve("test.jfr");
    try (var recording = new Recording()) {
      recording.start();
      action.run();
      recording.dump(file);
    }
    return events(file);
  }

  private static String text(RecordedEvent event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (ValueDescriptor field : event.getFields()) {
      if (!STANDARD.contains(field.getName())) {
        fields.put(field.getName(), event.getValue(field.getName()));
      }
    }
    return event.getEventType().getName() + fields;
  }

  @Test
  void events_whileRecording_holdTheseFieldsAndNoOthers() throws IOException {
    Listeners listeners = Listeners.of(List.of());

    List<RecordedEvent> events = record(() -> ListenerCalls.make(listeners));

    assertThat(events.stream().map(JfrEventsTest::text))
        .containsExactly(
            "dev.latchkey.Fetch{kind=FETCH, secrets=100, tries=1, elapsed=7000000, failure=null}",
            "dev.latchkey.Fetch{kind=REFRESH, secrets=2, tries=3, elapsed=10000000000,"
                + " failure=SecretUnavailableException}",
            "dev.latchkey.Rotation{reference=" + REF + ", from=6, to=7}",
            "dev.latchkey.Stale{reference=" + REF + ", failure=SecretUnavailableException}",
            "dev.latchkey.Renewed{reference=" + REF + "}",
            "dev.latchkey.Withdrawn{reference=" + REF + ", failure=SecretNotFoundException}",
            "dev.latchkey.RollbackRefused{name=My-Secret, version=6, highest=7}",
            "dev.latchkey.BreakerChange{from=CLOSED, to=HALF_OPEN}");
    assertThat(events).allMatch(event -> event.getStackTrace() == null);
    assertThat(events.get(1).getDuration("elapsed")).hasSeconds(10);
  }

  @Test
  void eventTypes_all_sayWhatTheyAre() throws IOException {
    record(() -> ListenerCalls.make(new JfrListener()));

    List<EventType> types =
        FlightRecorder.getFlightRecorder().getEventTypes().stream()
            .filter(type -> type.getName().startsWith(PREFIX))
            .toList();

    assertThat(types).hasSize(ListenerCalls.COUNT - 1);
    assertThat(types)
        .allSatisfy(
            type -> {
              assertThat(type.getCategoryNames()).containsExactly("Latchkey");
              assertThat(type.getLabel()).isNotEmpty();
              assertThat(type.getDescription()).endsWith(".");
              assertThat(type.getFields())
                  .allSatisfy(field -> assertThat(field.getLabel()).isNotEmpty());
            });
  }

  /** Runs {@link ListenerCalls} in a JVM of its own. */
  private ChildJvm.Result run(List<String> options, String main, Path... files) throws Exception {
    List<String> command = new ArrayList<>(options);
    command.add(main);
    Stream.of(files).map(Path::toString).forEach(command::add);
    ChildJvm.Result result = ChildJvm.run(directory, Map.of(), command);
    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(result.out()).contains("done");
    return result;
  }

  private static List<String> onClassPath(String... options) {
    return Stream.concat(Stream.of(options), Stream.of("-cp", ChildJvm.classPath())).toList();
  }

  /** Returns the classes that were loaded and have to do with JDK Flight Recorder. */
  private static Stream<String> loaded(ChildJvm.Result result) {
    return result
        .out()
        .lines()
        .filter(line -> line.contains(" source: "))
        .map(line -> line.replaceFirst(".*] (\\S+) source: .*", "$1"))
        .filter(name -> name.startsWith("jdk.jfr.") || name.contains(".Jfr"));
  }

  @Test
  void start_withoutARecording_loadsOneClassOfFlightRecorder() throws Exception {
    List<String> options = onClassPath("-Xlog:class+load");

    assertThat(loaded(run(options, MAIN)))
        .containsExactly("dev.latchkey.client.JfrListener", "jdk.jfr.FlightRecorder");
    assertThat(loaded(run(options, MAIN, directory.resolve("control.jfr"))))
        .contains("dev.latchkey.client.JfrEvents$Fetch", "jdk.jfr.Event");
  }

  @Test
  void start_withoutFlightRecorderInTheImage_works() throws Exception {
    List<String> options =
        onClassPath("-Xlog:class+load", "--limit-modules", "java.base,java.logging");

    assertThat(loaded(run(options, MAIN))).containsExactly("dev.latchkey.client.JfrListener");
  }

  @Test
  void recording_begunLater_holdsWhatComesLater() throws Exception {
    Path file = directory.resolve("later.jfr");

    run(onClassPath(), MAIN, file);

    assertThat(events(file)).hasSize(ListenerCalls.COUNT);
  }

  @Test
  void recording_askedForAtTheStart_holdsAll() throws Exception {
    Path file = directory.resolve("start.jfr");

    run(onClassPath("-XX:StartFlightRecording=filename=" + file), MAIN);

    assertThat(events(file)).hasSize(ListenerCalls.COUNT);
  }

  @Test
  void recording_ofANamedModule_holdsAll() throws Exception {
    Path file = directory.resolve("module.jfr");
    String module = SecretsClient.class.getPackageName();
    List<Path> modules = new ArrayList<>(Jars.dependencies());
    modules.add(place(Secrets.class));
    modules.add(place(SecretsClient.class));
    String path = modules.stream().map(Path::toString).collect(joining(File.pathSeparator));

    run(
        List.of(
            "-XX:StartFlightRecording=filename=" + file,
            "-p",
            path,
            "--patch-module",
            module + "=" + place(ListenerCalls.class),
            "-m"),
        module + "/" + MAIN);

    assertThat(events(file)).hasSize(ListenerCalls.COUNT);
  }

  private static Path place(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
