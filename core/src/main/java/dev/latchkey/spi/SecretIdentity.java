package dev.latchkey.spi;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Which secret a ciphertext is: what is sealed into it and checked when it is opened, so that a
 * ciphertext copied to another project, name or version does not open. Immutable and thread-safe.
 *
 * @param project 1 to 128 ASCII letters, digits, dashes, underscores and periods, starting with a
 *     letter or digit
 * @param name the name; its canonical form is what counts
 * @param version from 1
 */
public record SecretIdentity(String project, SecretName name, long version) {
  private static final byte[] DOMAIN = "latchkey.v1".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_PROJECT_LENGTH = 128;

  /**
   * Checks the parts.
   *
   * @throws SecretConfigurationException if the project is not well-formed
   * @throws IllegalArgumentException if the version is below 1
   */
  public SecretIdentity {
    checkProject(project);
    if (version < 1) {
      throw new IllegalArgumentException("A version is 1 or more, not " + version + ".");
    }
  }

  /**
   * Returns the project if it is well-formed.
   *
   * @throws SecretConfigurationException if it is not
   */
  public static String checkProject(String project) {
    boolean legal = !project.isEmpty() && project.length() <= MAX_PROJECT_LENGTH;
    for (int i = 0; legal && i < project.length(); i++) {
      char c = project.charAt(i);
      boolean alphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      legal = alphanumeric || (i > 0 && (c == '-' || c == '_' || c == '.'));
    }
    if (!legal) {
      throw new SecretConfigurationException(
          "The project is not well-formed.",
          "Use 1 to "
              + MAX_PROJECT_LENGTH
              + " letters, digits, dashes, underscores and periods, the first a letter or digit.");
    }
    return project;
  }

  /**
   * Returns what is authenticated with the ciphertext (the associated data of an AEAD, the context
   * info of hybrid encryption): {@code latchkey.v1}, then the project, the name in lower case and
   * the version in decimal, each after its length in bytes as four bytes, most significant first.
   * No two identities give the same bytes, and none gives an empty array.
   */
  public byte[] associatedData() {
    byte[][] parts = {
      project.getBytes(StandardCharsets.US_ASCII),
      name.canonical().getBytes(StandardCharsets.US_ASCII),
      Long.toString(version).getBytes(StandardCharsets.US_ASCII)
    };
    int length = DOMAIN.length;
    for (byte[] part : parts) {
      length += Integer.BYTES + part.length;
    }
    ByteBuffer data = ByteBuffer.allocate(length).put(DOMAIN);
    for (byte[] part : parts) {
      data.putInt(part.length).put(part);
    }
    return data.array();
  }

  /** Returns the identity as messages give it: the name, the version and the project. */
  @Override
  public String toString() {
    return "'" + name + "' version " + version + " in project '" + project + "'";
  }
}
