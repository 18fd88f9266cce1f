package dev.latchkey;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads a text with references in it, such as {@code jdbc:postgresql://app:${secret://db}@db/app},
 * from left to right and once. <code>$${secret://</code> stands for <code>${secret://</code>.
 */
final class TemplateParser {
  private static final String OPEN = "${" + SecretRef.SCHEME;

  private final String name;
  private final String raw;
  private final Opener opener;
  private final List<Variable> parts = new ArrayList<>();
  private final StringBuilder literal = new StringBuilder();

  TemplateParser(String name, String raw, Opener opener) {
    this.name = name;
    this.raw = raw;
    this.opener = opener;
  }

  Variable parse() {
    int done = 0;
    for (int open = raw.indexOf(OPEN); open >= 0; open = raw.indexOf(OPEN, done)) {
      if (open > done && raw.charAt(open - 1) == '$') {
        literal.append(raw, done, open - 1).append(OPEN);
        done = open + OPEN.length();
      } else {
        literal.append(raw, done, open);
        done = reference(open);
      }
    }
    literal.append(raw, done, raw.length());
    if (parts.isEmpty()) {
      return new Variable.Literal(name, raw, literal.toString());
    }
    endLiteral();
    return new Variable.Template(name, raw, parts);
  }

  /** Reads the reference that opens at an index, and returns the index after it. */
  private int reference(int open) {
    int close = raw.indexOf('}', open);
    if (close < 0) {
      throw MalformedSecretException.at(
          "A reference in a text ends with a closing brace, and this one does not", raw, open);
    }
    endLiteral();
    SecretRef ref = SecretRef.parse(raw, open + OPEN.length(), close);
    parts.add(new Variable.Bound(name, raw, ref, opener));
    return close + 1;
  }

  private void endLiteral() {
    if (literal.length() > 0) {
      parts.add(new Variable.Literal(name, raw, literal.toString()));
      literal.setLength(0);
    }
  }
}
