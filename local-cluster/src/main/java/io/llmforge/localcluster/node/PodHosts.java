package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Stable names of pods in the place of cluster DNS: for every namespace a file in the format of
 * {@code hosts(5)} with the names that pods with a host name and a subdomain would have. Processes
 * find it by the variable {@code HOSTS_FILE} and read it anew at every look; whether the subdomain
 * is that of a headless Service is not checked.
 */
final class PodHosts {
  static final String VARIABLE = "HOSTS_FILE";

  private final Path folder;

  /** By namespace, then uid: a line for each pod. */
  private final Map<String, Map<String, String>> lines = new TreeMap<>();

  PodHosts(Path folder) {
    this.folder = folder;
  }

  /** The names that pods of a namespace know each other by. */
  Path file(String namespace) {
    return folder.resolve("hosts_" + namespace);
  }

  synchronized void add(Pod pod, String address) {
    var meta = pod.getMetadata();
    var ofNamespace = lines.computeIfAbsent(meta.getNamespace(), key -> new LinkedHashMap<>());
    names(pod).ifPresent(n -> ofNamespace.put(meta.getUid(), address + " " + String.join(" ", n)));
    write(meta.getNamespace(), ofNamespace);
  }

  synchronized void remove(Pod pod) {
    var meta = pod.getMetadata();
    var ofNamespace = lines.get(meta.getNamespace());
    if (ofNamespace != null && ofNamespace.remove(meta.getUid()) != null) {
      write(meta.getNamespace(), ofNamespace);
    }
  }

  private static Optional<List<String>> names(Pod pod) {
    var spec = pod.getSpec();
    if (spec.getHostname() == null || spec.getSubdomain() == null) {
      return Optional.empty();
    }
    var name = spec.getHostname() + "." + spec.getSubdomain();
    var inNamespace = name + "." + pod.getMetadata().getNamespace();
    return Optional.of(
        List.of(name, inNamespace, inNamespace + ".svc", inNamespace + ".svc.cluster.local"));
  }

  // Replaced at once: who reads it sees the old names or the new ones.
  private void write(String namespace, Map<String, String> ofNamespace) {
    var text = ofNamespace.values().stream().collect(Collectors.joining("\n", "", "\n"));
    var partial = folder.resolve(".hosts_" + namespace);
    try {
      Files.createDirectories(folder);
      Files.writeString(partial, text);
      Files.move(partial, file(namespace), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("the names of the pods in " + namespace, e);
    }
  }
}
