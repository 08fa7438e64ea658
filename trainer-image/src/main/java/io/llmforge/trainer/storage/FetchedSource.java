package io.llmforge.trainer.storage;

import io.llmforge.crds.plan.Location;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of a workspace that a remote location is copied to: {@code sources/DIGEST}, named by
 * what the plan calls the location. It counts once its manifest is there, which is written last.
 *
 * @param location the remote location
 * @param folder the folder that is its own
 */
public record FetchedSource(Location.Remote location, Path folder) {

  private static final String SOURCES = "sources";
  private static final int NAME_LENGTH = 32;

  public static FetchedSource of(Path workspace, Location.Remote location) {
    String name = Sha256.of(location.text()).substring(0, NAME_LENGTH);
    return new FetchedSource(location, workspace.resolve(SOURCES).resolve(name));
  }

  /** Where its files lie, whole or in part. */
  public Path files() {
    return folder.resolve("files");
  }

  /** What its files are: names, sizes, digests, and the revision they are of. */
  public Path manifest() {
    return folder.resolve("manifest.json");
  }

  /** The file or folder that a reader of the location is given. */
  public Path content() {
    return switch (location) {
      case Location.RemoteFile file -> files().resolve(file.fileName());
      case Location.HubModel ignored -> files();
      case Location.RemoteFolder ignored -> files();
    };
  }

  public boolean isComplete() {
    return Files.isRegularFile(manifest());
  }
}
