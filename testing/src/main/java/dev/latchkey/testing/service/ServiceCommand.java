package dev.latchkey.testing.service;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretUnavailableException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command that starts a service. Its help tells what it does. */
@Command(
    name = "latchkey-service",
    header =
        "Serves secrets on this machine: Lightning's API, an admin page, sealed in a directory.",
    customSynopsis = "java -jar latchkey-service.jar --data DIR [OPTION]...",
    description = {
      "",
      "It prints the admin page's address, and how to start an app with secrets from it.",
      "Ctrl-C stops it.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      " 64:the command line cannot be understood",
      " 69:the directory cannot be used, or the port is taken",
      " 78:what is in the directory is damaged, or not this user's alone",
      "130:it was stopped with Ctrl-C"
    })
final class ServiceCommand {
  private static final int USAGE = 64;
  private static final int UNAVAILABLE = 69;
  private static final int CONFIGURATION = 78;

  /** At DEBUG it shows what it receives, and at INFO what nobody asked for. Held, or it is lost. */
  private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Where everything is kept; it is made if it is not there.")
  private Path data = Path.of("");

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Where it listens; 0 is a free one. Default: ${DEFAULT-VALUE}.")
  private int port = 8787;

  @Option(
      names = "--project",
      paramLabel = "PROJECT",
      description = "A project to serve. May be given many times. Default: default.")
  private List<String> projects = new ArrayList<>();

  @Option(
      names = "--tls-self-signed",
      description = "Speak TLS, with a certificate that is made and kept in the directory.")
  private boolean tlsSelfSigned;

  @Option(
      names = "--expose-to-other-machines-as",
      paramLabel = "HOST",
      description =
          "Listen at the address of this name instead of on this machine alone; only with"
              + " --tls-self-signed.")
  private @Nullable String exposed;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  private boolean help;

  /** Starts a service, and waits until the process is ended. */
  public static void main(String[] args) throws InterruptedException {
    JETTY.setLevel(Level.WARNING);
    var command = new ServiceCommand();
    CommandLine line = new CommandLine(command);
    try {
      line.parseArgs(args);
      if (command.help) {
        line.usage(System.out);
        return;
      }
      command.run(System.out);
    } catch (ParameterException | IllegalArgumentException e) {
      fail(USAGE, e.getMessage(), "See --help.");
    } catch (SecretUnavailableException e) {
      fail(UNAVAILABLE, e.problem(), e.remedy());
    } catch (SecretException e) {
      fail(CONFIGURATION, e.problem(), e.remedy());
    } catch (IllegalStateException | UncheckedIOException e) {
      fail(UNAVAILABLE, e.getMessage(), "");
    }
  }

  private static void fail(int status, @Nullable String problem, String remedy) {
    System.err.println("latchkey-service: " + problem);
    if (!remedy.isEmpty()) {
      System.err.println(remedy);
    }
    System.exit(status);
  }

  private void run(PrintStream out) throws InterruptedException {
    LocalSecretsService service = builder().start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  service.close();
                  out.println("Stopped.");
                  out.flush();
                },
                "latchkey-service-end"));
    describe(service, out);
    new CountDownLatch(1).await(); // Until a signal ends the process.
  }

  private LocalSecretsService.Builder builder() {
    var builder = LocalSecretsService.builder(data).port(port);
    if (!projects.isEmpty()) {
      try {
        builder.projects(
            projects.get(0), projects.subList(1, projects.size()).toArray(String[]::new));
      } catch (SecretConfigurationException e) {
        throw new IllegalArgumentException("--project: " + e.problem(), e);
      }
    }
    if (tlsSelfSigned) {
      builder.tlsSelfSigned();
    }
    if (exposed != null) {
      if (!tlsSelfSigned) {
        throw new IllegalArgumentException(
            "--expose-to-other-machines-as needs --tls-self-signed: what other machines send is"
                + " not to be read on the way.");
      }
      builder.exposeTo(exposed);
    }
    return builder;
  }

  private void describe(LocalSecretsService service, PrintStream out) {
    URI address = service.address();
    Path kept = service.directory();
    out.println("Serving " + address + " from " + kept);
    out.println();
    out.println("Admin page, for one login within 15 minutes:");
    out.println("  " + service.loginLink());
    out.println("Later, log in there with the user and the key in " + service.adminKeyFile() + ".");
    out.println();
    List<String> unserved = service.unservedProjects();
    if (!unserved.isEmpty()) {
      out.println("Not served, though there are secrets of them; add --project for each:");
      out.println("  " + String.join(" ", unserved));
      out.println();
    }
    out.println("To start an app with secrets from here:");
    out.println("  export LATCHKEY_SOURCE=" + address);
    if (!projects.isEmpty() && !projects.get(0).equals("default")) {
      out.println("  export LATCHKEY_PROJECT=" + projects.get(0));
    }
    if (tlsSelfSigned) {
      out.println("  export LATCHKEY_CA_FILE=" + quote(kept.resolve("certificate.pem")));
    }
    out.println("  export LATCHKEY_KEYSET_FILE=" + quote(kept.resolve("keyset.json")));
    out.println("  export LATCHKEY_ADMIN_KEY_FILE=" + quote(service.adminKeyFile()));
    out.println("  latchkey run --secret MY_APP_SECRET=my-secret -- COMMAND");
    out.println();
    out.println("Ctrl-C stops it.");
    out.flush();
  }

  /** Writes a path so that a POSIX shell (XCU 2.2) reads it as it is. */
  private static String quote(Path path) {
    String word = path.toString();
    return word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
