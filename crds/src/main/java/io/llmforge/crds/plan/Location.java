package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a file or folder is, as a trainer pod can reach it. A plan names claims and not mount
 * paths: the pod's arguments say where each claim is mounted.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Location.Claim.class, name = "claim"),
  @JsonSubTypes.Type(value = Location.LocalPath.class, name = "path"),
  @JsonSubTypes.Type(value = Location.Workspace.class, name = "workspace"),
  @JsonSubTypes.Type(value = Location.HubModel.class, name = "hubModel"),
  @JsonSubTypes.Type(value = Location.RemoteFile.class, name = "remoteFile"),
  @JsonSubTypes.Type(value = Location.RemoteFolder.class, name = "remoteFolder")
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

  /**
   * A place outside the cluster. Before training, the pod's fetch container copies it into the
   * run's workspace; the trainer itself reaches no network.
   */
  sealed interface Remote extends Location {}

  /**
   * {@code hf://repository@revision}: a model repository of the Hugging Face Hub or a mirror of it.
   *
   * @param repository {@code ORG/NAME}, or {@code NAME} alone as the oldest models have it
   * @param revision branch, tag or commit; null for the default branch
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record HubModel(String repository, @Nullable String revision) implements Remote {

    // Names as the Hub allows them; no segment is made of dots alone.
    private static final Pattern REPOSITORY =
        Pattern.compile("(?!\\.+/)([\\w.-]{1,96}/)?(?!\\.+$)[\\w.-]{1,96}");
    private static final Pattern REVISION = Pattern.compile("(?!.*\\.\\.)[\\w][\\w./-]{0,200}");

    public HubModel {
      if (!REPOSITORY.matcher(requireNonNull(repository, "repository")).matches()) {
        throw new IllegalArgumentException(
            "'%s' is not the id of a Hugging Face model; write ORG/NAME".formatted(repository));
      }
      if (revision != null && !REVISION.matcher(revision).matches()) {
        throw new IllegalArgumentException(
            "'%s' is not a revision; write a branch, a tag or a commit".formatted(revision));
      }
    }

    @Override
    public String text() {
      return "hf://" + repository + (revision == null ? "" : "@" + revision);
    }
  }

  /**
   * One file of an object store or web server: {@code s3://bucket/key}, {@code gs://bucket/key},
   * {@code http(s)://host/path}.
   *
   * @param uri where it is; the scheme in lower case
   */
  record RemoteFile(String uri) implements Remote {
    public RemoteFile {
      var address = RemoteAddress.parse(uri);
      if (address.fileName().isEmpty()) {
        throw new IllegalArgumentException(
            "'%s' names a folder; write the address of a file".formatted(uri));
      }
      uri = address.text();
    }

    /** Last part of its path, without a query. */
    public String fileName() {
      return RemoteAddress.parse(uri).fileName();
    }

    @Override
    public String text() {
      return uri;
    }
  }

  /**
   * All objects directly below a prefix of an object store: {@code s3://bucket/folder/}.
   *
   * @param uri where it is; the scheme in lower case, without a slash at its end
   */
  record RemoteFolder(String uri) implements Remote {
    public RemoteFolder {
      var address = RemoteAddress.parse(uri);
      if (!address.hasListing()) {
        throw new IllegalArgumentException(
            "a web server does not list folders; write s3://, gs:// or the id of a Hugging Face"
                + " model");
      }
      uri = address.text().replaceFirst("/+$", "");
    }

    @Override
    public String text() {
      return uri;
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
