package io.llmforge.localcluster.node.container;

import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The images this machine can run, by repository. Tag and digest are not looked at. */
public record ImageCatalogue(Map<String, Image> byRepository) {
  public ImageCatalogue {
    byRepository = Map.copyOf(byRepository);
  }

  public ImageCatalogue with(String repository, Image image) {
    var more = new TreeMap<>(byRepository);
    more.put(repository, image);
    return new ImageCatalogue(more);
  }

  /** The known repositories, in order. */
  public SortedSet<String> repositories() {
    return new TreeSet<>(byRepository.keySet());
  }

  public Optional<Image> find(String reference) {
    return Optional.ofNullable(byRepository.get(repository(reference)));
  }

  /** {@code registry:5000/team/trainer:1.2@sha256:...} is {@code registry:5000/team/trainer}. */
  static String repository(String reference) {
    var digest = reference.indexOf('@');
    var withoutDigest = digest < 0 ? reference : reference.substring(0, digest);
    var tag = withoutDigest.lastIndexOf(':');
    return tag > withoutDigest.lastIndexOf('/') ? withoutDigest.substring(0, tag) : withoutDigest;
  }
}
