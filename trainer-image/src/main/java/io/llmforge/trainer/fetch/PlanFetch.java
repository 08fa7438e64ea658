package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.RemoteAddress;
import io.llmforge.trainer.storage.FetchedSource;
import io.llmforge.trainer.storage.KnownDigests;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Fetches what a plan names outside the cluster into a workspace, or a folder that runs share. */
public final class PlanFetch {

  private final RemoteSettings settings;
  private final FetchControl control;
  private final InstantSource clock;

  public PlanFetch(RemoteSettings settings, FetchControl control, InstantSource clock) {
    this.settings = settings;
    this.control = control;
    this.clock = clock;
  }

  /**
   * Returns when all of it is there.
   *
   * @param cache folder that runs share, when there is one: what others fetched is found there
   * @throws io.llmforge.trainer.storage.StorageException when something cannot be had
   * @throws FetchControl.StoppedException when the pod is asked to end
   */
  public void run(List<Location.Remote> locations, Path workspace, Optional<Path> cache) {
    KnownDigests known = known(workspace);
    // Later pods mount it read-only, whatever lies there.
    cache.map(folder -> folder.resolve(FetchedSource.SOURCES)).ifPresent(PlanFetch::create);
    for (Location.Remote location : locations) {
      FetchedSource source = FetchedSource.of(workspace, location).withCache(cache);
      try (RemoteStore store = store(location)) {
        new SourceFetch(source, store, control, known).run();
      }
    }
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw StorageException.writing(folder.toString(), e);
    }
  }

  private static KnownDigests known(Path workspace) {
    try {
      return KnownDigests.in(workspace);
    } catch (IOException e) {
      throw StorageException.reading(workspace.toString(), e);
    }
  }

  private RemoteStore store(Location.Remote location) {
    return switch (location) {
      case Location.HubModel model -> new HubStore(model, settings, clock);
      case Location.RemoteFile file ->
          RemoteAddress.parse(file.uri()).hasListing()
              ? objects(file)
              : new WebStore(file, settings, clock);
      case Location.RemoteFolder folder -> objects(folder);
    };
  }

  private RemoteStore objects(Location.Remote location) {
    boolean google = RemoteAddress.parse(location.text()).scheme().equals("gs");
    return new ObjectStore(
        location, google ? ObjectClients.google(settings) : ObjectClients.s3(settings));
  }
}
