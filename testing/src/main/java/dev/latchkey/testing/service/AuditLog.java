package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.SecretUnavailableException;
import dev.latchkey.testing.wire.WireJson;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who did what, when, and what came of it: a line of JSON each, only ever added. No value and no
 * token is in it. Thread-safe.
 */
final class AuditLog implements AutoCloseable {
  static final String FILE = "audit.jsonl";

  /** What is looked at for the last lines: a thousand of the usual length, or fewer. */
  private static final int MAX_TAIL_BYTES = 1 << 20;

  /** Of those who have no credential, of logins that fail, and of each token that gets nothing. */
  private final Map<String, Allowance> allowances = new HashMap<>();

  /** No channel: that would be closed for good by the interruption of a thread that writes. */
  private final RandomAccessFile file;

  private final Clock clock;

  /** Held while lines are forced to disk, so that others can be written meanwhile. */
  private final Object forcing = new Object();

  /** How much of the file has been written whole. */
  private volatile long written;

  /** How much of it is on disk, and how much was being forced when that failed. */
  private long forced;

  private long lost;

  private AuditLog(RandomAccessFile file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  static AuditLog open(DataDirectory data, Clock clock) {
    var log = new AuditLog(data.openLog(FILE), clock);
    try {
      log.endLastLine();
    } catch (IOException e) {
      log.close();
      throw unwritable();
    }
    return log;
  }

  /** A line that was cut off by the end of a process must not swallow the next one. */
  private void endLastLine() throws IOException {
    long size = file.length();
    if (size > 0) {
      file.seek(size - 1);
      if (file.read() != '\n') {
        file.write('\n');
      }
    }
  }

  /**
   * A line.
   *
   * @param project null where the request is for none
   * @param secret null where it is for none in particular
   * @param grant what a token is made for; null where none is
   * @param outcome {@code begun} before a deed, so that none goes without a line
   * @param status of the answer; null where there is none yet
   */
  record Entry(
      Caller caller,
      String action,
      @Nullable String project,
      @Nullable String secret,
      @Nullable String tokenId,
      ServedToken.@Nullable Grant grant,
      String outcome,
      @Nullable Integer status) {}

  /**
   * Adds lines, which survive the end of the process when this returns.
   *
   * @param force whether they survive that of the machine
   */
  void add(List<Entry> entries, boolean force) {
    if (entries.isEmpty()) {
      return;
    }
    long end = write(entries);
    if (force) {
      force(end);
    }
  }

  /** Writes lines, and returns where they end. */
  private synchronized long write(List<Entry> entries) {
    var lines = new StringBuilder();
    Instant now = clock.instant();
    allowances.values().removeIf(allowance -> allowance.isIdle(now));
    for (Entry entry : entries) {
      Allowance allowance = allowance(entry);
      if (allowance == null) {
        lines.append(line(entry, now, 0));
      } else if (allowance.permits(entry, now)) {
        lines.append(line(entry, now, allowance.takeUnwritten()));
      }
    }
    return write(lines.toString());
  }

  private synchronized long write(String lines) {
    try {
      long start = file.length();
      file.seek(start);
      try {
        file.write(lines.getBytes(UTF_8));
      } catch (IOException e) {
        file.setLength(start); // Half a line would swallow the next one.
        throw e;
      }
      written = file.getFilePointer();
      return written;
    } catch (IOException e) {
      throw unwritable();
    }
  }

  /** Of several that wait here, one forces the lines of all. */
  private void force(long end) {
    synchronized (forcing) {
      if (end <= lost) {
        throw unwritable(); // Another try would succeed, though the lines may be gone.
      }
      if (end <= forced) {
        return;
      }
      long reached = written;
      try {
        file.getFD().sync();
        forced = reached;
      } catch (IOException e) {
        lost = reached;
        throw unwritable();
      }
    }
  }

  /** Returns what holds back those who could fill the disk; null for others. */
  private @Nullable Allowance allowance(Entry entry) {
    String key = null;
    if (entry.caller instanceof Caller.Unknown) {
      // Apart, so that noise hides no login that failed.
      key = entry.action.equals(Route.Call.LOG_IN.action) ? entry.action : "unknown";
    } else if (entry.caller instanceof Caller.Reader reader && !entry.outcome.equals("ok")) {
      key = reader.token().id();
    }
    return key == null ? null : allowances.computeIfAbsent(key, k -> new Allowance());
  }

  /** Returns the last lines, at most so many. */
  synchronized String tail(int count) {
    try {
      long size = file.length();
      var last = new byte[(int) Math.min(size, MAX_TAIL_BYTES)];
      file.seek(size - last.length);
      file.readFully(last);
      String text = new String(last, UTF_8);
      int start = last.length < size ? text.indexOf('\n') + 1 : 0;
      int from = text.length() - 1;
      for (int lines = 0; lines < count && from >= start; lines++) {
        from = text.lastIndexOf('\n', from - 1);
      }
      return text.substring(Math.max(start, from + 1));
    } catch (IOException e) {
      throw new SecretUnavailableException(
          "The audit log cannot be read.", "Check that the disk can be read.");
    }
  }

  private static String line(Entry entry, Instant time, long unwritten) {
    return WireJson.object(
            json -> {
              json.writeStringField("time", time.toString());
              if (entry.caller instanceof Caller.Admin admin) {
                json.writeStringField("caller", "admin");
                json.writeStringField("user", admin.userId());
              } else if (entry.caller instanceof Caller.Reader reader) {
                json.writeStringField("caller", "process");
                json.writeStringField("token", reader.token().id());
                json.writeStringField("app", reader.token().grant().app());
              } else {
                json.writeStringField("caller", "unknown");
              }
              json.writeStringField("action", entry.action);
              if (entry.project != null) {
                json.writeStringField("project", entry.project);
              }
              if (entry.secret != null) {
                json.writeStringField("secret", entry.secret);
              }
              if (entry.tokenId != null) {
                json.writeStringField("tokenId", entry.tokenId);
              }
              if (entry.grant != null) {
                json.writeStringField("forApp", entry.grant.app());
                ManagementWire.writeNames(json, "forSecrets", entry.grant.secrets());
              }
              json.writeStringField("outcome", entry.outcome);
              if (unwritten > 0) {
                json.writeNumberField("unwritten", unwritten);
              }
              if (entry.status != null) {
                json.writeNumberField("status", entry.status);
              }
            })
        + "\n";
  }

  private static SecretUnavailableException unwritable() {
    return new SecretUnavailableException(
        "The audit log cannot be written.", "Check that the disk is not full.");
  }

  @Override
  public synchronized void close() {
    var lines = new StringBuilder();
    for (Allowance allowance : allowances.values()) {
      Allowance.Unwritten last = allowance.last();
      if (last != null) {
        lines.append(line(last.entry(), last.time(), last.before()));
      }
    }
    allowances.clear();
    try (file) {
      write(lines.toString());
    } catch (IOException | SecretUnavailableException e) {
      // All else was written before.
    }
  }
}
