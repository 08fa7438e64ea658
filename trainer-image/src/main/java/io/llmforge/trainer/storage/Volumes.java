package io.llmforge.trainer.storage;

import static java.util.Objects.requireNonNull;

import io.llmforge.crds.plan.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The folders of this pod behind a plan's locations.
 *
 * @param workspace the run's own volume
 * @param claims mount folder of every persistent volume claim the plan names
 * @param cache folder that runs share, when there is one
 */
public record Volumes(Path workspace, Map<String, Path> claims, Optional<Path> cache) {

  public Volumes {
    claims = Map.copyOf(claims);
    requireNonNull(cache, "cache");
  }

  /** Those of a run that shares nothing. */
  public Volumes(Path workspace, Map<String, Path> claims) {
    this(workspace, claims, Optional.empty());
  }

  /** A folder of what any run may find again that needs the same: in the cache if there is one. */
  public Path kept(Location location, String name) {
    return cache.map(folder -> folder.resolve(name)).orElseGet(() -> target(location));
  }

  /** An existing file or folder to read. */
  public Path source(Location location) {
    Path path = path(location);
    if (!Files.exists(path)) {
      throw new StorageException.NotFound(
          "%s does not exist; check the path and what is on its volume".formatted(location.text()),
          null);
    }
    if (!Files.isReadable(path)) {
      throw new StorageException.AccessDenied(
          "%s may not be read; give the trainer's user permission to read it"
              .formatted(location.text()),
          null);
    }
    return path;
  }

  /** A file or folder to write, which need not exist yet. */
  public Path target(Location location) {
    return path(location);
  }

  private Path path(Location location) {
    return switch (location) {
      case Location.Claim claim -> inside(claimFolder(claim), claim.path(), location);
      case Location.Workspace inWorkspace -> inside(workspace, inWorkspace.path(), location);
      case Location.Remote remote -> fetched(remote);
      case Location.LocalPath local -> Path.of(local.path()).toAbsolutePath().normalize();
    };
  }

  private Path fetched(Location.Remote remote) {
    FetchedSource source = FetchedSource.of(workspace, remote).withCache(cache);
    if (!source.isComplete() && source.isPinned()) {
      throw new StorageException.NotFound(
          ("%s was fetched into the folder that runs share, and is not there any more; put back"
                  + " spec.storage.cache, or start a new run, which fetches it again")
              .formatted(remote.text()),
          null);
    }
    if (!source.isComplete()) {
      throw new StorageException.NotFound(
          "%s is not in the workspace; run `fetch` with the same plan and workspace first"
              .formatted(remote.text()),
          null);
    }
    return source.content();
  }

  private Path claimFolder(Location.Claim claim) {
    Path folder = claims.get(claim.name());
    if (folder == null) {
      throw new StorageException.NotFound(
          "%s is on claim '%s', which is not mounted here; start the trainer with --volume=%s=FOLDER"
              .formatted(claim.text(), claim.name(), claim.name()),
          null);
    }
    return folder;
  }

  /** Follows the links of the part that exists: what they lead to must lie inside the volume. */
  private static Path inside(Path root, String relative, Location location) {
    Path path = root.resolve(relative).normalize();
    try {
      Path realRoot = root.toRealPath();
      if (!existing(path, root).toRealPath().startsWith(realRoot)) {
        throw new StorageException.AccessDenied(
            "%s leads out of its volume; use a path that stays inside".formatted(location.text()),
            null);
      }
      return path;
    } catch (IOException e) {
      throw StorageException.reading(location.text(), e);
    }
  }

  /** The path itself or the nearest of its parents that exists, not above the root. */
  private static Path existing(Path path, Path root) {
    Path existing = path;
    for (Path parent = path;
        parent != null && parent.startsWith(root);
        parent = parent.getParent()) {
      existing = parent;
      if (Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
        break;
      }
    }
    return existing;
  }
}
