package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.RemoteAddress;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** An object of an S3-compatible store, or the objects directly below a prefix. */
final class ObjectStore implements RemoteStore {

  private final Location.Remote location;
  private final RemoteAddress address;
  private final S3Client client;
  private final StoreCalls calls;

  ObjectStore(Location.Remote location, S3Client client) {
    this.location = location;
    this.address = RemoteAddress.parse(location.text());
    this.client = client;
    this.calls = new StoreCalls(address, this::failure);
  }

  @Override
  public Inventory inventory() throws IOException {
    return switch (location) {
      case Location.RemoteFile file -> calls.make(() -> inventory(file));
      case Location.RemoteFolder ignored -> calls.make(this::folder);
      case Location.HubModel hub ->
          throw new IllegalStateException(hub.text() + " is in no object store");
    };
  }

  private Inventory inventory(Location.RemoteFile file) {
    HeadObjectResponse object =
        client.headObject(request -> request.bucket(address.authority()).key(address.path()));
    var entry =
        new Inventory.Entry(
            file.fileName(), object.contentLength(), version(object.eTag()), Checksum.UNKNOWN);
    return new Inventory(file.text(), "", List.of(entry));
  }

  private Inventory folder() {
    String prefix = prefix();
    Map<String, S3Object> objects = new LinkedHashMap<>();
    client
        .listObjectsV2Paginator(
            request -> request.bucket(address.authority()).prefix(prefix).delimiter("/"))
        .contents()
        .forEach(object -> objects.put(object.key().substring(prefix.length()), object));
    objects.remove("");
    List<String> wanted = FileNames.ofModel(List.copyOf(objects.keySet()));
    if (wanted.isEmpty()) {
      throw new StorageException.NotFound(
          ("%s has no model: directly below it lies no safetensors, json, txt, model or jinja file;"
                  + " correct the prefix, or convert weights of other formats")
              .formatted(location.text()),
          null);
    }
    List<Inventory.Entry> entries =
        objects.entrySet().stream()
            .filter(object -> wanted.contains(object.getKey()))
            .map(object -> entry(object.getKey(), object.getValue()))
            .toList();
    return new Inventory(location.text(), "", entries);
  }

  private static Inventory.Entry entry(String name, S3Object object) {
    return new Inventory.Entry(name, object.size(), version(object.eTag()), Checksum.UNKNOWN);
  }

  // Who may list a prefix may not therefore read what is below it.
  @Override
  public void requireReadable(Inventory inventory) throws IOException {
    for (Inventory.Entry entry : inventory.files()) {
      calls.make(
          () ->
              client.headObject(
                  request ->
                      request
                          .bucket(address.authority())
                          .key(key(entry))
                          .ifMatch(entry.version())));
    }
  }

  @Override
  public Optional<String> keptAs(Inventory inventory) {
    String endpoint =
        client.serviceClientConfiguration().endpointOverride().map(URI::toString).orElse("");
    return inventory.files().stream().noneMatch(file -> file.version().isEmpty())
        ? Optional.of("%s %s".formatted(endpoint, location.text()))
        : Optional.empty();
  }

  private String key(Inventory.Entry entry) {
    return switch (location) {
      case Location.RemoteFile ignored -> address.path();
      case Location.RemoteFolder ignored -> prefix() + entry.name();
      case Location.HubModel ignored -> entry.name();
    };
  }

  @Override
  public Body open(Inventory inventory, Inventory.Entry entry, long offset) throws IOException {
    String key = key(entry);
    GetObjectRequest.Builder request =
        GetObjectRequest.builder().bucket(address.authority()).key(key);
    if (offset > 0) {
      request.range("bytes=%d-".formatted(offset));
    }
    if (!entry.version().isEmpty()) {
      request.ifMatch(entry.version());
    }
    ResponseInputStream<GetObjectResponse> object =
        calls.make(() -> client.getObject(request.build()));
    boolean partial = object.response().contentRange() != null;
    return new Body(new ObjectBytes(object), partial ? offset : 0);
  }

  private String prefix() {
    return address.path().isEmpty() ? "" : address.path() + "/";
  }

  private static String version(String entityTag) {
    return Optional.ofNullable(entityTag).orElse("");
  }

  private IOException failure(S3Exception e) {
    int status = e.statusCode();
    if (WebAnswers.isPassing(status)) {
      return new BusyException(
          "the store of %s is not well (HTTP %d)".formatted(location.text(), status),
          Optional.empty());
    }
    if (status == 412 || status == 416) {
      return new ChangedException(location.text() + " was changed while it was fetched");
    }
    throw switch (status) {
      case 404 ->
          new StorageException.NotFound(
              "%s does not exist; correct bucket and key".formatted(location.text()), e);
      case 401, 403 -> new StorageException.AccessDenied(denied(), e);
      default ->
          new StorageException.Unavailable(
              "%s is answered with HTTP %d (%s); check %s"
                  .formatted(location.text(), status, e.getMessage(), calls.settings()),
              e);
    };
  }

  private String denied() {
    return ("%s may not be read, or does not exist and may not be listed; name a Secret with %s in"
            + " spec.credentials that give the right to read and list it")
        .formatted(location.text(), calls.keys());
  }

  @Override
  public void close() {
    client.close();
  }
}
