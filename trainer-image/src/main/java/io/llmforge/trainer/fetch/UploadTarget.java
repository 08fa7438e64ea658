package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.RemoteAddress;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * A folder of an S3-compatible store that is written to. Every body is sent with its MD5, which the
 * store compares; an {@link IOException} means that another try may help.
 */
final class UploadTarget implements AutoCloseable {

  /** Names the digest of an object's content among its metadata. */
  static final String DIGEST = "sha256";

  private final Location.RemoteFolder folder;
  private final RemoteAddress address;
  private final S3Client client;
  private final StoreCalls calls;
  private final Purpose purpose;

  /** What is written there; decides what to do when it cannot be. */
  enum Purpose {
    RESULT("spec.outputs", "Outputs"),
    CHECKPOINTS("spec.checkpoints", "Checkpoints");

    private final String field;
    private final String credentials;

    Purpose(String field, String credentials) {
      this.field = field;
      this.credentials = credentials;
    }
  }

  UploadTarget(Location.RemoteFolder folder, S3Client client) {
    this(folder, client, Purpose.RESULT);
  }

  UploadTarget(Location.RemoteFolder folder, S3Client client, Purpose purpose) {
    this.folder = folder;
    this.purpose = purpose;
    this.address = RemoteAddress.parse(folder.uri());
    this.client = client;
    this.calls = new StoreCalls(address, this::failure);
  }

  String text() {
    return folder.text();
  }

  /** Whether nothing is below the folder. */
  boolean isEmpty() throws IOException {
    String prefix = address.path() + "/";
    return calls.make(
        () ->
            client
                .listObjectsV2(
                    request -> request.bucket(address.authority()).prefix(prefix).maxKeys(1))
                .contents()
                .isEmpty());
  }

  /** Names of all objects below the folder. */
  List<String> names() throws IOException {
    String prefix = address.path() + "/";
    return calls.make(
        () ->
            client
                .listObjectsV2Paginator(
                    request -> request.bucket(address.authority()).prefix(prefix))
                .contents()
                .stream()
                .map(object -> object.key().substring(prefix.length()))
                .toList());
  }

  /** What an object is, if it is there. */
  Optional<HeadObjectResponse> look(String name) throws IOException {
    return found(
        () -> client.headObject(request -> request.bucket(address.authority()).key(key(name))));
  }

  /** A small object's content, if it is there. */
  Optional<byte[]> read(String name) throws IOException {
    return found(
            () ->
                client.getObjectAsBytes(
                    request -> request.bucket(address.authority()).key(key(name))))
        .map(ResponseBytes<GetObjectResponse>::asByteArray);
  }

  void put(String name, FilePart content, String sha256) throws IOException {
    calls.make(
        () ->
            client.putObject(
                request ->
                    request
                        .bucket(address.authority())
                        .key(key(name))
                        .metadata(Map.of(DIGEST, sha256))
                        .contentMD5(content.md5()),
                body(content)));
  }

  void delete(String name) throws IOException {
    calls.make(
        () -> client.deleteObject(request -> request.bucket(address.authority()).key(key(name))));
  }

  /** Begins an upload in parts and gives what the store calls it. */
  String beginParts(String name, String sha256) throws IOException {
    return calls.make(
        () ->
            client
                .createMultipartUpload(
                    request ->
                        request
                            .bucket(address.authority())
                            .key(key(name))
                            .metadata(Map.of(DIGEST, sha256)))
                .uploadId());
  }

  /** Parts that the store has; none when it does not know the upload any more. */
  Optional<List<Part>> parts(String name, String upload) throws IOException {
    return found(
        () ->
            client
                .listPartsPaginator(
                    request -> request.bucket(address.authority()).key(key(name)).uploadId(upload))
                .parts()
                .stream()
                .toList());
  }

  /** Sends a part and gives what the store calls it; nothing when it has forgotten the upload. */
  Optional<String> putPart(String name, String upload, int number, FilePart content)
      throws IOException {
    return found(
            () ->
                client.uploadPart(
                    request ->
                        request
                            .bucket(address.authority())
                            .key(key(name))
                            .uploadId(upload)
                            .partNumber(number)
                            .contentMD5(content.md5()),
                    body(content)))
        .map(UploadPartResponse::eTag);
  }

  /** Makes an object of parts; not when the store has forgotten the upload. */
  boolean completeParts(String name, String upload, List<CompletedPart> parts) throws IOException {
    return found(
            () ->
                client.completeMultipartUpload(
                    request ->
                        request
                            .bucket(address.authority())
                            .key(key(name))
                            .uploadId(upload)
                            .multipartUpload(all -> all.parts(parts))))
        .isPresent();
  }

  private String key(String name) {
    return address.path() + "/" + name;
  }

  private static RequestBody body(FilePart content) {
    return RequestBody.fromContentProvider(
        content::open, content.length(), "application/octet-stream");
  }

  private <T> Optional<T> found(Tries.Work<T> question) throws IOException {
    return calls.make(
        () -> {
          try {
            return Optional.of(question.run());
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          } catch (S3Exception e) {
            if (e.statusCode() == 404 && !isNoBucket(e)) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  private IOException failure(S3Exception e) {
    int status = e.statusCode();
    if (WebAnswers.isPassing(status)) {
      return new BusyException(
          "the store of %s is not well (HTTP %d)".formatted(folder.text(), status),
          Optional.empty());
    }
    if (status == 400 && "BadDigest".equals(code(e))) {
      return new IOException("what the store received has another digest", e);
    }
    throw switch (status) {
      case 404 ->
          new StorageException.NotFound(
              "%s cannot be written: there is no such bucket; correct %s or make it"
                  .formatted(folder.text(), purpose.field),
              e);
      case 401, 403 -> new StorageException.AccessDenied(denied(), e);
      default ->
          new StorageException.Unavailable(
              "%s is answered with HTTP %d (%s); check %s"
                  .formatted(folder.text(), status, e.getMessage(), calls.settings()),
              e);
    };
  }

  private String denied() {
    return "%s may not be written; name a Secret with purpose %s and %s in spec.credentials that give the right to list, read, write and delete there"
        .formatted(folder.text(), purpose.credentials, calls.keys());
  }

  private static boolean isNoBucket(S3Exception e) {
    return "NoSuchBucket".equals(code(e));
  }

  private static String code(S3Exception e) {
    return e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
  }

  @Override
  public void close() {
    client.close();
  }
}
