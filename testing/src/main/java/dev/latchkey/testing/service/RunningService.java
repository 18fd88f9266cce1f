package dev.latchkey.testing.service;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretName;
import dev.latchkey.client.Setting;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.Sealer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The parts of a service, from its start to its end. Thread-safe. */
final class RunningService implements AutoCloseable {
  /** What tokens are for that were made without a request. */
  private static final String APP = "LocalSecretsService";

  final DataDirectory data;
  final AdminKey admin;
  final Sessions sessions;
  final CiphertextReads reads;
  final ServiceHandler handler;
  final HttpFront front;
  final OwnDeeds own;
  private final AuditLog audit;

  /** The files that a process reads, by the setting that says where they are. */
  private final Map<String, String> files = new HashMap<>();

  private RunningService(LocalSecretsService.Builder options, DataDirectory data, AuditLog audit) {
    Clock clock = options.clock;
    this.data = data;
    this.audit = audit;
    this.admin = options.admin == null ? data.adminKey() : options.admin;
    List<SecretStore> stores = options.stores.isEmpty() ? open(data, options) : options.stores;
    Sealer sealer = options.sealer;
    if (sealer == null) {
      sealer = TinkSealer.of(data.keyset(stores));
      files.put(Setting.KEYSET_FILE.variable(), data.keysetFile().toString());
    }
    ServedTokens tokens = ServedTokens.load(data, clock);
    this.reads = new CiphertextReads(tokens, audit, clock);
    Sealer seals = sealer;
    List<ProjectSecrets> secrets =
        stores.stream()
            .map(store -> new ProjectSecrets(data, store, seals, clock, admin.userId()))
            .toList();
    var changes = new Changes(audit, reads);
    this.own = new OwnDeeds(secrets.get(0), tokens, changes, new Caller.Admin(admin.userId()));
    this.sessions = new Sessions(admin, clock);
    this.handler =
        new ServiceHandler(
            ownNames(options),
            secrets,
            tokens,
            sessions,
            new Credentials(admin, tokens, sessions),
            changes,
            options.limits);
    var tls = options.tlsSelfSigned ? SelfSigned.certificate(data, options.host, clock) : null;
    if (tls != null) {
      files.put(Setting.CA_FILE.variable(), data.root().resolve(SelfSigned.CERTIFICATE).toString());
    }
    this.front = HttpFront.start(options.host, options.port, tls, handler, options.limits);
  }

  /** Starts a service, or leaves nothing open. */
  static RunningService start(LocalSecretsService.Builder options) {
    DataDirectory data = DataDirectory.open(options.directory);
    AuditLog audit = null;
    try {
      audit = AuditLog.open(data, options.clock);
      return new RunningService(options, data, audit);
    } catch (RuntimeException | Error e) {
      if (audit != null) {
        audit.close();
      }
      data.close();
      throw e;
    }
  }

  private static List<SecretStore> open(DataDirectory data, LocalSecretsService.Builder options) {
    Path secrets = data.secrets();
    return options.projects.stream()
        .<SecretStore>map(project -> DirectoryStore.open(secrets, project))
        .toList();
  }

  private static Set<String> ownNames(LocalSecretsService.Builder options) {
    return options.exposed
        ? Set.of(options.host)
        : Set.of(LocalSecretsService.LOOPBACK, "localhost");
  }

  /** Returns what a process needs in its environment, with a new token for some secrets. */
  Map<String, String> settings(Set<SecretName> secrets) {
    Map<String, String> settings = new HashMap<>(files);
    settings.put(Setting.SOURCE.variable(), front.address().toString());
    settings.put(Setting.PROJECT.variable(), own.project());
    settings.put(Setting.TOKEN.variable(), own.mint(APP, secrets));
    settings.put(Setting.ROLE.variable(), ProcessRole.WORK.toString());
    return settings;
  }

  @Override
  public void close() {
    handler.end();
    try (data;
        audit) {
      front.close();
    }
  }
}
