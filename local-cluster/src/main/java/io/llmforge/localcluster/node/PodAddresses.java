package io.llmforge.localcluster.node;

import java.util.HashSet;
import java.util.Set;

/**
 * Gives each pod a loopback address of its own, 127.1.x.y, so that pods may use the same fixed
 * ports. Clusters on one machine start at different places.
 */
public final class PodAddresses {
  /** 127.1.0.1 to 127.1.255.254. */
  private static final int COUNT = 65_534;

  private final Set<Integer> taken = new HashSet<>();
  private int next;

  public PodAddresses(int start) {
    this.next = Math.floorMod(start, COUNT);
  }

  synchronized String take() {
    if (taken.size() == COUNT) {
      throw new IllegalStateException("all " + COUNT + " pod addresses are taken");
    }
    while (!taken.add(next)) {
      next = (next + 1) % COUNT;
    }
    var number = next + 1;
    next = (next + 1) % COUNT;
    return "127.1." + number / 256 + "." + number % 256;
  }

  synchronized void giveBack(String address) {
    var parts = address.split("\\.", -1);
    taken.remove(Integer.parseInt(parts[2]) * 256 + Integer.parseInt(parts[3]) - 1);
  }
}
