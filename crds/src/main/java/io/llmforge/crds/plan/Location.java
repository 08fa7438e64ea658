package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.nio.file.Path;

/**
 * Where a file or folder is, as a trainer pod can reach it. A plan names claims and not mount
 * paths: the pod's arguments say where each claim is mounted.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Location.Claim.class, name = "claim"),
  @JsonSubTypes.Type(value = Location.LocalPath.class, name = "path"),
  @JsonSubTypes.Type(value = Location.Workspace.class, name = "workspace")
})
public sealed interface Location {

  /** The location as a user would write it. */
  String text();

  /**
   * {@code pvc://name/path}: a path inside a persistent volume claim of the job's namespace.
   *
   * @param name name of the claim
   * @param path relative path inside it, normalised, "" for its root; never climbs out
   */
  record Claim(String name, String path) implements Location {
    public Claim {
      requireNonNull(name, "name");
      path = requireInside(path);
    }

    @Override
    public String text() {
      return "pvc://" + name + (path.isEmpty() ? "" : "/" + path);
    }
  }

  /**
   * A path that exists in the trainer's container: in the image, or on a volume of the pod
   * template.
   *
   * @param path absolute, or relative to the container's working directory
   */
  record LocalPath(String path) implements Location {
    public LocalPath {
      requireNonNull(path, "path");
      if (path.isBlank()) {
        throw new IllegalArgumentException("a local path must not be blank");
      }
    }

    @Override
    public String text() {
      return path;
    }
  }

  /**
   * A path inside the run's own workspace volume.
   *
   * @param path relative path inside it, normalised; never climbs out
   */
  record Workspace(String path) implements Location {
    public Workspace {
      path = requireInside(path);
    }

    @Override
    public String text() {
      return "workspace://" + path;
    }
  }

  private static String requireInside(String path) {
    Path normalised = Path.of(requireNonNull(path, "path")).normalize();
    if (normalised.isAbsolute() || normalised.startsWith("..")) {
      throw new IllegalArgumentException(
          "path '%s' leaves its volume; write a path relative to the volume's root"
              .formatted(path));
    }
    return normalised.toString();
  }
}
