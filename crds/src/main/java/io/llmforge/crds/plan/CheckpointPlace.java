package io.llmforge.crds.plan;

import static java.util.Objects.requireNonNull;

/**
 * Where checkpoints are copied to: a folder on a claim or of an object store. It is no part of a
 * plan, as nothing that is trained depends on it.
 *
 * @param location a {@link Location.Claim} or a {@link Location.RemoteFolder}
 */
public record CheckpointPlace(Location location) {

  private static final String CLAIM = "pvc://";
  private static final String HUB = "hf://";

  public CheckpointPlace {
    requireNonNull(location, "location");
  }

  /**
   * Reads a place.
   *
   * @throws IllegalArgumentException when checkpoints cannot be there; the message says what to
   *     write
   */
  public static CheckpointPlace parse(String uri) {
    String text = uri.strip();
    if (text.startsWith(HUB)) {
      throw new IllegalArgumentException(
          "the Hub keeps every version of a file for ever, so it is no place for checkpoints; "
              + places());
    }
    return new CheckpointPlace(text.startsWith(CLAIM) ? claim(text) : folder(text));
  }

  /** The folder of one run, which is named by what it follows from. */
  public Location below(String name) {
    return switch (location) {
      case Location.Claim claim -> new Location.Claim(claim.name(), claim.path() + "/" + name);
      case Location.RemoteFolder folder -> new Location.RemoteFolder(folder.uri() + "/" + name);
      case Location other -> throw new IllegalStateException(other.text() + " is no such place");
    };
  }

  public String text() {
    return location.text();
  }

  private static Location claim(String text) {
    String[] parts = text.substring(CLAIM.length()).split("/", 2);
    if (!parts[0].matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?") || parts.length < 2) {
      throw new IllegalArgumentException(places());
    }
    var claim = new Location.Claim(parts[0], parts[1]);
    if (claim.path().isEmpty()) {
      throw new IllegalArgumentException("checkpoints need a folder of their own; " + places());
    }
    return claim;
  }

  private static Location folder(String text) {
    if (!text.startsWith("s3://") && !text.startsWith("gs://")) {
      throw new IllegalArgumentException(places());
    }
    var folder = new Location.RemoteFolder(text);
    if (RemoteAddress.parse(folder.uri()).path().isEmpty()) {
      throw new IllegalArgumentException("checkpoints need a folder of their own; " + places());
    }
    return folder;
  }

  private static String places() {
    return "write pvc://CLAIM/FOLDER, s3://BUCKET/FOLDER or gs://BUCKET/FOLDER";
  }
}
