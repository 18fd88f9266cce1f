package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.FaultServer.Wire;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A row of the matrix: what goes wrong, and what a client makes of it. */
final class Fault {
  /** What becomes of a value that is held. */
  enum Effect {
    /** It is served, and the source has confirmed it or given a newer one. */
    FRESH,
    /** It is served on, with an alarm, and grows older. */
    STALE,
    /** It is served no more. */
    WITHDRAWN
  }

  final String name;
  List<Wire> wires = List.of(Wire.values());
  boolean realTime;
  List<SecretRef> refs = List.of(FaultRig.REF);
  Consumer<FaultRig> strike = rig -> {};

  /** Ends the fault, besides having the first server answer truly again. */
  Consumer<FaultRig> heal = rig -> {};

  Class<? extends SecretException> type = SecretUnavailableException.class;

  /**
   * The whole message; ORIGIN stands for the address, # for a number, OR_TLS for a hint in the
   * clear.
   */
  String message = "";

  /** What becomes of the value, if one is held. */
  Effect effect = Effect.FRESH;

  /** How many requests the client makes in one fetch, by itself. */
  int tries = 1;

  /** How many fetches the client makes. */
  int fetches = 1;

  /** How many requests reach a server where no connection is kept from before. */
  int requestsCold = 1;

  /** How many requests reach a server where one is, over HTTP/2. */
  int requestsCached = 1;

  /** How many more they are over HTTP/1.1. */
  int moreOnHttp1;

  int tokenReads = 1;

  /** How long the pauses between tries are; zero where they grow, and are jittered. */
  Duration pause = Duration.ZERO;

  /** Whether the source is left alone afterwards. */
  boolean opensBreaker;

  /** For how long it is left alone; zero where that is half a second to one. */
  Duration leftAlone = Duration.ZERO;

  /** How exactly that is known. */
  Duration accuracy = Duration.ofMillis(1);

  /** What is told of a refused rollback: the version, and the highest. */
  List<String> rollback = List.of();

  private Fault(String name) {
    this.name = name;
  }

  static Fault named(String name) {
    return new Fault(name);
  }

  Fault on(Wire... wires) {
    this.wires = List.of(wires);
    return this;
  }

  /** Begins the fault; a value may have been read before. */
  Fault strike(Consumer<FaultRig> strike) {
    this.strike = strike;
    return this;
  }

  Fault healedBy(Consumer<FaultRig> heal) {
    this.heal = heal;
    return this;
  }

  /** Begins the fault at the server that was asked before. */
  Fault answers(FaultServer.Fault fault) {
    return strike(rig -> rig.server.fault(fault));
  }

  /** Reads two secrets in one request. */
  Fault ofTwo() {
    refs = List.of(FaultRig.REF, FaultRig.OTHER);
    return this;
  }

  Fault fails(Class<? extends SecretException> type, String message, Effect effect) {
    this.type = type;
    this.message = message;
    this.effect = effect;
    return this;
  }

  /** Is an answer that is none: final for a request, and no reason to drop a value. */
  Fault isProtocolError(String message) {
    return fails(SecretProtocolException.class, message, Effect.STALE);
  }

  /** Is tried four times, after which the source is left alone. */
  Fault isRetried(String message) {
    opensBreaker = true;
    return fails(SecretUnavailableException.class, message, Effect.STALE).tries(4).requests(4, 4);
  }

  /** Ends by the deadline, in the two tries that there is time for. */
  Fault isTimedOut() {
    realTime = true;
    return fails(
            SecretUnavailableException.class,
            "ORIGIN did not answer within # ms. Try again later.",
            Effect.STALE)
        .tries(2)
        .requests(2, 2);
  }

  /** Is served after a number of tries. */
  Fault isServedAfter(int tries) {
    return tries(tries).requests(tries, tries);
  }

  private Fault tries(int tries) {
    this.tries = tries;
    return tokenReads(tries);
  }

  Fault tokenReads(int tokenReads) {
    this.tokenReads = tokenReads;
    return this;
  }

  Fault requests(int cold, int cached) {
    requestsCold = cold;
    requestsCached = cached;
    return this;
  }

  Fault oneMoreOnHttp1() {
    moreOnHttp1 = 1;
    return this;
  }

  /** Is asked for in a number of fetches, each with one try and request. */
  Fault fetches(int fetches) {
    this.fetches = fetches;
    return tokenReads(fetches).requests(fetches, fetches);
  }

  Fault pauses(Duration pause) {
    this.pause = pause;
    return this;
  }

  /** Is tried no more when the source asks for a longer pause than there is time for. */
  Fault isLeftAlone(String message, Duration leftAlone) {
    return isRetried(message).tries(1).requests(1, 1).leftAlone(leftAlone);
  }

  Fault leftAlone(Duration leftAlone) {
    this.leftAlone = leftAlone;
    return this;
  }

  Fault accurateTo(Duration accuracy) {
    this.accuracy = accuracy;
    return this;
  }

  Fault refusesRollback(long version, long highest) {
    rollback = List.of("rollbackRefused my-secret " + version + " " + highest);
    return this;
  }
}
