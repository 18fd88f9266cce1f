package dev.latchkey.client.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the command and of what runs it. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Latchkey.class.getPackage().getImplementationVersion();
    return new String[] {
      "latchkey " + (version == null ? "(not packaged)" : version),
      "Java " + Runtime.version() + ", " + System.getProperty("os.name")
    };
  }
}
