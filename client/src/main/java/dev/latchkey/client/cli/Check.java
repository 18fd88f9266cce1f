package dev.latchkey.client.cli;

import dev.latchkey.LaunchEnvironment;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretsReport;
import dev.latchkey.client.ClientSettings;
import dev.latchkey.spi.SecretResolver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "check",
    header = "Resolves every secret as run does, and starts nothing.",
    customSynopsis = "latchkey check [OPTION]...",
    footer = {
      "",
      "Prints a line for each: the variable, the reference, the version, and ok or what is",
      "wrong, with tabs between; unfit is a value that no environment variable can hold.",
      "References in inherited variables count too.",
      "",
      "Example:",
      "  latchkey check --secret MY_APP_SECRET=my-secret"
    })
final class Check implements Callable<Integer> {
  private final Host host;

  @Mixin private LaunchOptions options = new LaunchOptions();
  @Mixin private Settings settings = new Settings();

  Check(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    LaunchEnvironment environment = options.environment();
    Map<String, String> bound = environment.byReference(host.environment());
    Minting minting = options.minting(host, settings, environment, "latchkey-check");
    ClientSettings unused = ClientSettings.of(minting.configured());
    SecretsReport report = report(bound);
    List<SecretException> failures = new ArrayList<>();
    if (!report.bindings().isEmpty()) {
      try (Lease lease = minting.brief(environment.secretNames(host.environment()));
          SecretResolver resolver = ClientSettings.of(lease.settings()).connect()) {
        failures.addAll(check(report, bound, resolver));
      }
    } else if (report.malformed().isEmpty()) {
      host.out().println("Nothing is bound: give --secret NAME=SECRET.");
    }
    failures.addAll(report.malformed());
    failures.forEach(e -> host.complain(e.problem(), e.remedy()));
    return ExitStatus.ofAll(failures);
  }

  private SecretsReport report(Map<String, String> bound) {
    try (SecretEnvironment environment =
        SecretEnvironment.builder().environment(bound).role(options.role()).build()) {
      return environment.report();
    }
  }

  private List<SecretException> check(
      SecretsReport report, Map<String, String> bound, SecretResolver resolver) {
    Set<SecretRef> refs = new LinkedHashSet<>();
    report.bindings().forEach(line -> refs.add(line.ref().asRequired()));
    Map<SecretRef, SecretException> failed = resolver.prefetch(refs);
    Map<String, SecretException> unfit = unfit(report, failed, bound, resolver);

    List<SecretException> failures = new ArrayList<>();
    for (SecretsReport.Line line : report.bindings()) {
      SecretException failure = failed.get(line.ref().asRequired());
      if (isAbsent(line, failed)) {
        print(line, "absent", resolver);
      } else if (failure != null) {
        print(line, ExitStatus.word(failure), resolver);
        failures.add(failure.withProblem(line.variable() + ": " + failure.problem()));
      } else {
        print(line, unfit.containsKey(line.variable()) ? "unfit" : "ok", resolver);
      }
    }
    failures.addAll(unfit.values());
    return failures;
  }

  /** Returns why values that can be had do not fit the environment that they are bound in. */
  private Map<String, SecretException> unfit(
      SecretsReport report,
      Map<SecretRef, SecretException> failed,
      Map<String, String> bound,
      SecretResolver resolver) {
    Map<String, SecretException> unfit = new LinkedHashMap<>();
    if (options.byReference()) {
      return unfit;
    }
    LaunchEnvironment nothingElse = LaunchEnvironment.parse(options.role(), List.of(), List.of());
    Set<String> variables = new LinkedHashSet<>();
    report.bindings().forEach(line -> variables.add(line.variable()));
    report.bindings().stream()
        .filter(line -> failed.containsKey(line.ref().asRequired()) && !isAbsent(line, failed))
        .forEach(line -> variables.remove(line.variable()));
    for (String variable : variables) {
      String reference = Objects.requireNonNull(bound.get(variable));
      try {
        Map<String, String> unused = nothingElse.byValue(Map.of(variable, reference), resolver);
      } catch (SecretException e) {
        unfit.put(variable, e);
      }
    }
    return unfit;
  }

  /** Tells whether a failure is none, because the secret is optional and does not exist. */
  private static boolean isAbsent(SecretsReport.Line line, Map<SecretRef, SecretException> failed) {
    return line.ref().optional()
        && failed.get(line.ref().asRequired()) instanceof SecretNotFoundException;
  }

  private void print(SecretsReport.Line line, String state, SecretResolver resolver) {
    var version = resolver.status(line.ref().asRequired()).version();
    host.out()
        .println(
            String.join(
                "\t",
                line.variable(),
                line.ref().toString(),
                version.isPresent() ? Long.toString(version.getAsLong()) : "-",
                state));
  }
}
