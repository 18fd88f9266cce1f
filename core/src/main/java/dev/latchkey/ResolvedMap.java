package dev.latchkey;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The variables of an environment as a map to their texts. Looking a name up, counting and walking
 * over the names resolve nothing, but for variables that may turn out not to exist.
 */
final class ResolvedMap extends AbstractMap<String, String> {
  private final Map<String, Variable> variables;

  ResolvedMap(Map<String, Variable> variables) {
    this.variables = variables;
  }

  @Override
  public @Nullable String get(Object key) {
    Variable variable = variables.get(key);
    return variable == null ? null : variable.text();
  }

  @Override
  public boolean containsKey(Object key) {
    Variable variable = variables.get(key);
    return variable != null && exists(variable);
  }

  private static boolean exists(Variable variable) {
    return !variable.optional() || variable.text() != null;
  }

  @Override
  public Set<Map.Entry<String, String>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<String, String>> iterator() {
        return new Existing(variables.values().iterator());
      }

      @Override
      public int size() {
        return (int) variables.values().stream().filter(ResolvedMap::exists).count();
      }
    };
  }

  /** Returns the names with the references in their values, and no text: this may go to a log. */
  @Override
  public String toString() {
    return variables.values().stream()
        .map(variable -> variable.name + "=" + variable.outline())
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static final class Existing implements Iterator<Map.Entry<String, String>> {
    private final Iterator<Variable> all;
    private @Nullable Variable next;

    Existing(Iterator<Variable> all) {
      this.all = all;
    }

    @Override
    public boolean hasNext() {
      while (next == null && all.hasNext()) {
        Variable candidate = all.next();
        next = exists(candidate) ? candidate : null;
      }
      return next != null;
    }

    @Override
    public Map.Entry<String, String> next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException();
      }
      Variable variable = next;
      next = null;
      return new Resolved(variable);
    }
  }

  private record Resolved(Variable variable) implements Map.Entry<String, String> {
    @Override
    public String getKey() {
      return variable.name;
    }

    @Override
    public String getValue() {
      String text = variable.text();
      if (text == null) {
        throw new SecretNotFoundException(
            variable.name + ": the secret that it is bound to was deleted a moment ago.", "");
      }
      return text;
    }

    @Override
    public String setValue(String value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Map.Entry<?, ?> other
          && getKey().equals(other.getKey())
          && getValue().equals(other.getValue());
    }

    @Override
    public int hashCode() {
      return getKey().hashCode() ^ getValue().hashCode();
    }

    @Override
    public String toString() {
      return variable.name + "=" + variable.outline();
    }
  }
}
