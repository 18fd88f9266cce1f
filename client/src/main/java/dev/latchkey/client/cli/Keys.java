package dev.latchkey.client.cli;

import picocli.CommandLine.Command;

@Command(
    name = "keys",
    header = "Makes and rotates keysets, which seal and open secrets.",
    customSynopsis = "latchkey keys COMMAND [OPTION]...",
    footer = {
      "",
      "A keyset is a file of Tink's JSON form, so that Tinkey reads it. Whoever has it",
      "opens every secret that is sealed with it: keep it apart from the secrets.",
      "",
      "Example:",
      "  latchkey keys init keyset.json"
    })
final class Keys {}
