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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "check",
    header = "Resolves every secret as run does, and starts nothing.",
    customSynopsis = "latchkey check [OPTION]...",
    footer = {
      "",
      "Prints a line for each: the variable, the reference, the version, and ok or what is",
      "wrong, with tabs between. References in inherited variables count too.",
      "",
      "Example:",
      "  latchkey check --secret MY_APP_SECRET=my-secret"
    })
final class Check implements Action {
  private final Host host;

  @Mixin private LaunchOptions options = new LaunchOptions();
  @Mixin private Settings settings = new Settings();

  Check(Host host) {
    this.host = host;
  }

  @Override
  public int run() {
    LaunchEnvironment launch = options.environment();
    ClientSettings client = ClientSettings.of(settings.over(host.environment()));
    try (SecretResolver resolver = new DeferredResolver(client::connect)) {
      List<SecretException> failures = check(launch, resolver);
      if (failures.isEmpty() && !options.byReference()) {
        launch.byValue(host.environment(), resolver);
      }
      var complaint = new Complaint(host.err());
      failures.forEach(e -> complaint.print(e.problem(), e.remedy()));
      return ExitStatus.ofAll(failures);
    }
  }

  private List<SecretException> check(LaunchEnvironment launch, SecretResolver resolver) {
    try (SecretEnvironment environment = environment(launch, resolver)) {
      Set<SecretRef> refs = new LinkedHashSet<>();
      environment.report().bindings().forEach(line -> refs.add(line.ref().asRequired()));
      Map<SecretRef, SecretException> failed = refs.isEmpty() ? Map.of() : resolver.prefetch(refs);

      List<SecretException> failures = new ArrayList<>();
      for (SecretsReport.Line line : environment.report().bindings()) {
        SecretException failure = failed.get(line.ref().asRequired());
        boolean absent = failure instanceof SecretNotFoundException && line.ref().optional();
        print(line, absent ? "absent" : state(failure), resolver);
        if (failure != null && !absent) {
          failures.add(failure.withProblem(line.variable() + ": " + failure.problem()));
        }
      }
      failures.addAll(environment.report().malformed());
      return failures;
    }
  }

  private SecretEnvironment environment(LaunchEnvironment launch, SecretResolver resolver) {
    return SecretEnvironment.builder()
        .environment(launch.byReference(host.environment()))
        .role(options.role())
        .resolver(resolver)
        .build();
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

  /** Returns a word for a failure: the middle of its type's name. */
  private static String state(@Nullable SecretException failure) {
    if (failure == null) {
      return "ok";
    }
    return failure
        .getClass()
        .getSimpleName()
        .replaceAll("^Secret|Exception$", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
        .toLowerCase(Locale.ROOT);
  }
}
