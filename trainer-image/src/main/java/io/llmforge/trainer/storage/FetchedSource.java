package io.llmforge.trainer.storage;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.PodContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a run finds a remote location: in the folder {@code sources/DIGEST} of its workspace, named
 * by what the plan calls the location, or in the folder that runs share, of which the workspace
 * then says which version this run reads. It counts once that, or its manifest, is there: either is
 * written last.
 *
 * @param location the remote location
 * @param folder the folder of the workspace that is its own
 * @param cache folder that runs share, when there is one
 */
public record FetchedSource(Location.Remote location, Path folder, Optional<Path> cache) {

  /** Folder of sources, in a workspace and in the folder that runs share. */
  public static final String SOURCES = PodContract.CACHED_SOURCES;

  private static final int NAME_LENGTH = 32;
  private static final Pattern VERSION = Pattern.compile(SOURCES + "/[0-9a-f]{32}/[0-9a-f]{32}");

  public static FetchedSource of(Path workspace, Location.Remote location) {
    return new FetchedSource(
        location, workspace.resolve(SOURCES).resolve(name(location.text())), Optional.empty());
  }

  /** What sources and their versions are called: short, and safe as the name of a folder. */
  public static String name(String what) {
    return Sha256.of(what).substring(0, NAME_LENGTH);
  }

  public FetchedSource withCache(Optional<Path> shared) {
    return new FetchedSource(location, folder, shared);
  }

  /** Where its files lie in the workspace, whole or in part. */
  public Path files() {
    return files(folder);
  }

  /** What its files in the workspace are: names, sizes, digests, and the revision they are of. */
  public Path manifest() {
    return manifest(folder);
  }

  /** Says which version of the shared folder the run reads. */
  public Path pin() {
    return folder.resolve("version.txt");
  }

  /** The version of the shared folder that the run reads, if it reads any. */
  public Optional<Path> version() {
    if (cache.isEmpty() || !isPinned()) {
      return Optional.empty();
    }
    try {
      String name = Files.readString(pin()).strip();
      return VERSION.matcher(name).matches()
          ? Optional.of(cache.get().resolve(name))
          : Optional.empty();
    } catch (IOException e) {
      throw StorageException.reading(pin().toString(), e);
    }
  }

  public static Path files(Path version) {
    return version.resolve("files");
  }

  public static Path manifest(Path version) {
    return version.resolve("manifest.json");
  }

  /** The file or folder that a reader of the location is given. */
  public Path content() {
    Path files = isInWorkspace() ? files() : version().map(FetchedSource::files).orElse(files());
    return switch (location) {
      case Location.RemoteFile file -> files.resolve(file.fileName());
      case Location.HubModel ignored -> files;
      case Location.RemoteFolder ignored -> files;
    };
  }

  public boolean isComplete() {
    return isInWorkspace()
        || version().map(FetchedSource::manifest).filter(Files::isRegularFile).isPresent();
  }

  /** Whether the run reads it in the shared folder, wherever that may be now. */
  boolean isPinned() {
    return !isInWorkspace() && Files.isRegularFile(pin());
  }

  private boolean isInWorkspace() {
    return Files.isRegularFile(manifest());
  }
}
