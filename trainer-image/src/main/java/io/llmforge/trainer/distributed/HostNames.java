package io.llmforge.trainer.distributed;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Finds the address of a host by its name. */
@FunctionalInterface
public interface HostNames {

  /**
   * Looks a name up anew.
   *
   * @throws IOException when nobody knows the name now
   */
  InetAddress address(String name) throws IOException;

  /** As the system finds it: DNS in a cluster. */
  static HostNames ofSystem() {
    return InetAddress::getByName;
  }

  /**
   * A file in the format of {@code hosts(5)} is asked first, for clusters without names. It is read
   * at every look: hosts appear while others wait for them.
   */
  static HostNames ofFile(Path file, HostNames next) {
    return name -> {
      Optional<String> address = addressIn(Files.readAllLines(file), name);
      return address.isPresent() ? InetAddress.getByName(address.get()) : next.address(name);
    };
  }

  private static Optional<String> addressIn(List<String> lines, String name) {
    return lines.stream()
        .map(line -> line.replaceFirst("#.*", "").strip().split("\\s+"))
        .filter(words -> Arrays.asList(words).subList(1, words.length).contains(name))
        .map(words -> words[0])
        .findFirst();
  }
}
