package io.llmforge.trainer.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.Location.RemoteFile;
import io.llmforge.crds.plan.Location.RemoteFolder;
import io.llmforge.trainer.storage.FetchedSource;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobProviderMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.domain.Blob;
import org.jclouds.blobstore.options.GetOptions;
import org.jclouds.blobstore.util.ForwardingBlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against S3Proxy, a server of the S3 API that keeps objects in memory and checks signatures. */
class ObjectFetchTest {

  private static final byte[] ROWS = FetchFixture.bytes(3 << 20);
  private static final String KEY = "AKTEST";
  private static final String SECRET = "secret/of+test";

  /** Keys of which bytes were asked for. */
  private static final Queue<String> READ = new ConcurrentLinkedQueue<>();

  private static BlobStoreContext context;
  private static S3Proxy server;

  @TempDir Path folder;

  @BeforeAll
  static void serve() throws Exception {
    context =
        ContextBuilder.newBuilder(new TransientNio2BlobProviderMetadata())
            .credentials(KEY, SECRET)
            .build(BlobStoreContext.class);
    BlobStore store = context.getBlobStore();
    store.createContainerInLocation(null, "team-data");
    put(store, "sets/a b+c/rows.jsonl", ROWS);
    put(store, "models/tiny/config.json", "{}".getBytes(StandardCharsets.UTF_8));
    put(store, "models/tiny/model.safetensors", ROWS);
    put(store, "models/tiny/pytorch_model.bin", "pickle".getBytes(StandardCharsets.UTF_8));
    put(store, "models/tiny/old/model.safetensors", "old".getBytes(StandardCharsets.UTF_8));
    put(store, "models/tiny-two/config.json", "{}".getBytes(StandardCharsets.UTF_8));
    server =
        S3Proxy.builder()
            .blobStore(
                new ForwardingBlobStore(store) {
                  @Override
                  public Blob getBlob(String bucket, String name, GetOptions options) {
                    READ.add(name);
                    return super.getBlob(bucket, name, options);
                  }
                })
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .build();
    server.start();
  }

  @AfterAll
  static void close() throws Exception {
    server.stop();
    context.close();
  }

  @Test
  void objectIsFetched() {
    assertThat(s3(SECRET).fetch(new RemoteFile("s3://team-data/sets/a b+c/rows.jsonl")))
        .hasFileName("rows.jsonl")
        .hasBinaryContent(ROWS);
  }

  @Test
  void prefixIsAModelFolder() throws IOException {
    Path model = s3(SECRET).fetch(new RemoteFolder("s3://team-data/models/tiny/"));

    assertThat(FetchFixture.names(model)).containsExactly("config.json", "model.safetensors");
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(ROWS);
  }

  @Test
  void interruptedDownloadGoesOn() throws IOException {
    var file = new RemoteFile("s3://team-data/sets/a b+c/rows.jsonl");
    Path rows = s3(SECRET).fetch(file);
    var source = FetchedSource.of(folder, file);
    Files.delete(source.manifest());
    Files.delete(rows);
    // Not the beginning of the object: what is fetched is only what is missing.
    Files.write(rows.resolveSibling("rows.jsonl.partial"), new byte[1 << 20]);

    s3(SECRET).fetch(file);

    byte[] fetched = Files.readAllBytes(rows);
    assertThat(fetched).hasSize(ROWS.length);
    assertThat(Arrays.copyOf(fetched, 1 << 20)).containsOnly(0);
    assertThat(Arrays.copyOfRange(fetched, 1 << 20, ROWS.length))
        .isEqualTo(Arrays.copyOfRange(ROWS, 1 << 20, ROWS.length));
  }

  @Test
  void objectThatChangedIsFetchedFromItsBeginning() throws IOException {
    BlobStore store = context.getBlobStore();
    put(store, "changing.jsonl", ROWS);
    var file = new RemoteFile("s3://team-data/changing.jsonl");
    Path rows = s3(SECRET).fetch(file);
    Files.delete(FetchedSource.of(folder, file).manifest());
    Files.delete(rows);
    Files.write(rows.resolveSibling("changing.jsonl.partial"), new byte[1 << 20]);
    byte[] other = FetchFixture.bytes(2 << 20);
    other[0]++;
    put(store, "changing.jsonl", other);

    assertThat(s3(SECRET).fetch(file)).hasBinaryContent(other);
  }

  @Test
  void anotherRunThatMayReadTheObjectDownloadsNothing() throws IOException {
    var model = new RemoteFolder("s3://team-data/models/tiny/");
    Path first = s3("first", SECRET).fetch(model);
    READ.clear();

    assertThat(s3("second", SECRET).fetch(model)).isEqualTo(first);

    assertThat(READ).isEmpty();
    FetchFixture other = s3("other", "another");
    assertThatThrownBy(() -> other.fetch(model)).isInstanceOf(StorageException.AccessDenied.class);
    assertThatThrownBy(() -> other.read(model)).isInstanceOf(StorageException.NotFound.class);
  }

  @Test
  void objectThatChangedIsAnotherVersion() throws IOException {
    BlobStore store = context.getBlobStore();
    var file = new RemoteFile("s3://team-data/shared.jsonl");
    put(store, "shared.jsonl", ROWS);
    FetchFixture first = s3("first", SECRET);
    Path older = first.fetch(file);
    byte[] other = ROWS.clone();
    other[0]++;
    put(store, "shared.jsonl", other);

    Path newer = s3("second", SECRET).fetch(file);

    assertThat(newer).hasBinaryContent(other).hasFileName("shared.jsonl").isNotEqualTo(older);
    assertThat(first.fetch(file)).isEqualTo(older).hasBinaryContent(ROWS);
  }

  @Test
  void versionThatIsGoneCannotBeRepairedAndIsReplaced() throws IOException {
    BlobStore store = context.getBlobStore();
    var file = new RemoteFile("s3://team-data/gone.jsonl");
    put(store, "gone.jsonl", ROWS);
    FetchFixture run = s3("first", SECRET);
    Files.delete(run.fetch(file));
    byte[] other = FetchFixture.bytes(2 << 20);
    other[0]++;
    put(store, "gone.jsonl", other);

    assertThat(run.fetch(file)).hasBinaryContent(other);

    assertThat(run.console()).contains("was changed while it was fetched; it is fetched anew");
  }

  @Test
  void googleIsReadByItsS3Endpoint() {
    var google =
        new FetchFixture(
            folder,
            Map.of(
                "GS_ENDPOINT_URL", endpoint(),
                "GS_ACCESS_KEY_ID", KEY,
                "GS_SECRET_ACCESS_KEY", SECRET));

    assertThat(google.fetch(new RemoteFile("gs://team-data/sets/a b+c/rows.jsonl")))
        .hasBinaryContent(ROWS);
  }

  @ParameterizedTest
  @CsvSource({
    "s3://team-data/sets/none.jsonl, NotFound, correct bucket and key",
    "s3://other-bucket/sets/none.jsonl, NotFound, correct bucket and key",
  })
  void whatIsMissingIsNamed(String uri, String kind, String words) {
    assertThatThrownBy(() -> s3(SECRET).fetch(new RemoteFile(uri)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(uri)
        .hasMessageContaining(words)
        .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(kind));
  }

  @Test
  void prefixWithoutAModelIsNamed() {
    assertThatThrownBy(() -> s3(SECRET).fetch(new RemoteFolder("s3://team-data/models")))
        .isInstanceOf(StorageException.NotFound.class)
        .hasMessageContaining("s3://team-data/models has no model");
  }

  @Test
  void wrongSecretIsRefusedWithWhatToDo() {
    assertThatThrownBy(
            () -> s3("another").fetch(new RemoteFile("s3://team-data/sets/a b+c/rows.jsonl")))
        .isInstanceOf(StorageException.AccessDenied.class)
        .hasMessageContaining("spec.credentials");
  }

  @Test
  void halfAKeyIsRefused() {
    var half = new FetchFixture(folder, Map.of("AWS_ACCESS_KEY_ID", KEY));

    assertThatThrownBy(() -> half.fetch(new RemoteFile("s3://team-data/rows.jsonl")))
        .isInstanceOf(StorageException.AccessDenied.class)
        .hasMessageContaining("only one is set");
  }

  private FetchFixture s3(String secret) {
    return new FetchFixture(folder, environment(secret));
  }

  private static Map<String, String> environment(String secret) {
    Map<String, String> environment = new HashMap<>();
    environment.put("AWS_ENDPOINT_URL", endpoint());
    environment.put("AWS_ACCESS_KEY_ID", KEY);
    environment.put("AWS_SECRET_ACCESS_KEY", secret);
    return environment;
  }

  /** One of several runs that share a folder. */
  private FetchFixture s3(String run, String secret) {
    return new FetchFixture(
        folder.resolve(run), Optional.of(folder.resolve("cache")), environment(secret));
  }

  private static String endpoint() {
    return "http://127.0.0.1:" + server.getPort();
  }

  private static void put(BlobStore store, String key, byte[] content) {
    store.putBlob("team-data", store.blobBuilder(key).payload(content).build());
  }
}
