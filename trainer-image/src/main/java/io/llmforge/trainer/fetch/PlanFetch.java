package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.RemoteAddress;
import io.llmforge.trainer.storage.FetchedSource;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** Fetches what a plan names outside the cluster into a workspace. */
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
   * @throws io.llmforge.trainer.storage.StorageException when something cannot be had
   * @throws FetchControl.StoppedException when the pod is asked to end
   */
  public void run(List<Location.Remote> locations, Path workspace) {
    for (Location.Remote location : locations) {
      try (RemoteStore store = store(location)) {
        new SourceFetch(FetchedSource.of(workspace, location), store, control).run();
      }
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
