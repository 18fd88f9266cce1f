package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class VirtualThreadsTest {
  @TempDir Path scratch;

  /** On a JDK before 24, waiting while holding a monitor would occupy the carrier. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void read_onTenThousandVirtualThreads_asksOnceAndPinsNone(int carriers) throws Exception {
    int version = Runtime.version().feature();
    assumeTrue(version >= 21, "JDK " + version + " has no virtual threads.");
    List<String> arguments =
        List.of(
            "-Djdk.virtualThreadScheduler.parallelism=" + carriers,
            "-Djdk.virtualThreadScheduler.maxPoolSize=" + carriers,
            "-cp",
            ChildJvm.classPath(),
            VirtualReaders.class.getName(),
            scratch.toString());
    ChildJvm.Result result = ChildJvm.run(scratch, Map.of(), arguments);

    assertThat(result.out().lines())
        .as(result.err())
        .containsExactly(
            "10000 readers read what they should",
            "1001 secrets were asked for once",
            "0 were pinned, of the control 1");
    assertThat(result.status()).isZero();
  }
}
