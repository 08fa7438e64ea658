package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Kept folders of an S3-compatible store. Uploads are those of results, downloads those of sources.
 */
final class KeptInStore implements KeptFolders {

  private static final String PROBE = ".llmforge-probe";

  /** One may be the network's fault; a second one is the store's. */
  private static final int MOST_WRONG_DOWNLOADS = 2;

  private final Location.RemoteFolder place;
  private final S3Client client;
  private final FetchControl control;
  private final UploadTarget target;

  KeptInStore(Location.RemoteFolder place, S3Client client, FetchControl control) {
    this.place = place;
    this.client = client;
    this.control = control;
    this.target = target(place.uri());
  }

  @Override
  public String text() {
    return place.text();
  }

  @Override
  public void requireWritable(Path scratch) {
    try {
      Path file = scratch.resolve(PROBE);
      Durable.writeText(file, "a run of LLMForge tries whether it may write here\n");
      FilePart all = FilePart.all(file);
      String digest = Sha256.of(file);
      run("writing to", () -> written(all, digest));
      Files.delete(file);
    } catch (IOException e) {
      throw StorageException.writing(scratch.toString(), e);
    }
  }

  private boolean written(FilePart all, String digest) throws IOException {
    target.put(PROBE, all, digest);
    target.names();
    target.read(PROBE);
    target.delete(PROBE);
    return true;
  }

  @Override
  public Set<String> names() {
    return run("listing", target::names).stream()
        .filter(name -> name.indexOf('/') > 0)
        .map(name -> name.substring(0, name.indexOf('/')))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Override
  public boolean isWhole(String name) {
    return list(name).filter(files -> upload(name).holds(files).isPresent()).isPresent();
  }

  @Override
  public Optional<String> digest(String name, String path) {
    return list(name).flatMap(files -> KeptFolders.digest(files, path));
  }

  @Override
  public void put(String name, Path folder) {
    try {
      byte[] list = Files.readAllBytes(folder.resolve(LIST));
      upload(name).run(new FolderUpload.Folder(folder, KeptFolders.read(list), LIST));
    } catch (IOException e) {
      throw StorageException.reading(folder.toString(), e);
    }
  }

  @Override
  public void get(String name, Path folder) {
    List<FolderUpload.Content> files =
        list(name)
            .orElseThrow(
                () ->
                    new StorageException.NotFound(
                        "%s/%s is gone".formatted(place.text(), name), null));
    Map<String, List<Inventory.Entry>> byFolder = new TreeMap<>();
    for (FolderUpload.Content file : files) {
      int slash = file.path().lastIndexOf('/');
      byFolder
          .computeIfAbsent(file.path().substring(0, Math.max(0, slash)), any -> new ArrayList<>())
          .add(entry(file.path().substring(slash + 1), file));
    }
    byFolder.forEach((below, entries) -> get(name, below, entries, folder));
  }

  private static Inventory.Entry entry(String name, FolderUpload.Content file) {
    return new Inventory.Entry(
        name, file.bytes(), "", new Checksum(Checksum.Kind.SHA256, file.sha256()));
  }

  private void get(String name, String below, List<Inventory.Entry> entries, Path folder) {
    String uri = "%s/%s/%s".formatted(place.uri(), name, below).replaceFirst("/$", "");
    var source = new Location.RemoteFolder(uri);
    var files =
        new FileFetch(
            new ObjectStore(source, client),
            new Inventory(uri, "", entries),
            control,
            MOST_WRONG_DOWNLOADS);
    try {
      Path into = Files.createDirectories(folder.resolve(below));
      for (Inventory.Entry entry : entries) {
        files.into(into, entry);
      }
    } catch (RemoteStore.ChangedException e) {
      throw new StorageException.Unavailable(
          "%s was changed while it was fetched".formatted(uri), e);
    } catch (FileFetch.WrongContentException e) {
      throw new DamagedException(e.file());
    } catch (IOException e) {
      throw StorageException.writing(folder.toString(), e);
    }
  }

  @Override
  public void delete(String name) {
    UploadTarget folder = target(place.uri() + "/" + name);
    run(
        "deleting",
        () -> {
          folder.delete(LIST);
          for (String file : folder.names()) {
            folder.delete(file);
          }
          return true;
        });
  }

  @Override
  public void close() {
    client.close();
  }

  private Optional<List<FolderUpload.Content>> list(String name) {
    return upload(name).read(LIST).map(KeptFolders::read).filter(files -> !files.isEmpty());
  }

  private ObjectUpload upload(String name) {
    return new ObjectUpload(target(place.uri() + "/" + name), control, ObjectUpload.PART_BYTES);
  }

  private UploadTarget target(String uri) {
    return new UploadTarget(
        new Location.RemoteFolder(uri), client, UploadTarget.Purpose.CHECKPOINTS);
  }

  private <T> T run(String what, Tries.Work<T> work) {
    try {
      return new Tries(control).run(what + " " + place.text(), work, () -> 0);
    } catch (RemoteStore.ChangedException e) {
      throw new IllegalStateException("nothing is compared here", e);
    }
  }
}
