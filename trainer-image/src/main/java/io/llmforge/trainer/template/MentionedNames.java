package io.llmforge.trainer.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Which names the body of each macro that is being read mentions. */
final class MentionedNames {

  private final Deque<Set<String>> bodies = new ArrayDeque<>();

  void enterBody() {
    bodies.push(new HashSet<>());
  }

  Set<String> leaveBody() {
    Set<String> names = bodies.pop();
    if (!bodies.isEmpty()) {
      bodies.getFirst().addAll(names);
    }
    return names;
  }

  void mention(String name) {
    if (!bodies.isEmpty()) {
      bodies.getFirst().add(name);
    }
  }
}
