package io.llmforge.trainer.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobProviderMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.options.ListContainerOptions;

/** A server of the S3 API with one bucket, {@code results}, that keeps objects in memory. */
public final class ObjectServer implements AutoCloseable {

  private static final String BUCKET = "results";
  private static final String KEY = "AKTEST";
  private static final String SECRET = "secret/of+test";

  private final BlobStoreContext context =
      ContextBuilder.newBuilder(new TransientNio2BlobProviderMetadata())
          .credentials(KEY, SECRET)
          .build(BlobStoreContext.class);
  private final BlobStore store = context.getBlobStore();
  private S3Proxy server;

  public ObjectServer() throws Exception {
    store.createContainerInLocation(null, BUCKET);
    server = serve(0);
  }

  private S3Proxy serve(int port) throws Exception {
    S3Proxy served =
        S3Proxy.builder()
            .blobStore(store)
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .build();
    served.start();
    return served;
  }

  /** Is away until it comes back, with all it has. */
  public void goAway() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the object server does not stop", e);
    }
  }

  public void comeBack(int port) {
    try {
      server = serve(port);
    } catch (Exception e) {
      throw new IllegalStateException("the object server does not start", e);
    }
  }

  public int port() {
    return server.getPort();
  }

  public Map<String, String> environment() {
    var environment = new HashMap<String, String>();
    environment.put("AWS_ACCESS_KEY_ID", KEY);
    environment.put("AWS_SECRET_ACCESS_KEY", SECRET);
    environment.put("AWS_ENDPOINT_URL", "http://127.0.0.1:" + server.getPort());
    return environment;
  }

  /** Objects below a folder, by name. */
  public Map<String, byte[]> objects(String folder) throws IOException {
    var objects = new HashMap<String, byte[]>();
    var options = ListContainerOptions.Builder.prefix(folder + "/").recursive();
    for (var blob : store.list(BUCKET, options)) {
      try (var content = store.getBlob(BUCKET, blob.getName()).getPayload().openStream()) {
        objects.put(blob.getName().substring(folder.length() + 1), content.readAllBytes());
      }
    }
    return objects;
  }

  public void put(String name, String text) {
    store.putBlob(
        BUCKET, store.blobBuilder(name).payload(text.getBytes(StandardCharsets.UTF_8)).build());
  }

  /** Changes what is in an object and nothing else of it. */
  public void damage(String name) {
    var before = store.blobMetadata(BUCKET, name);
    var blob =
        store
            .blobBuilder(name)
            .userMetadata(before.getUserMetadata())
            .payload(new byte[Math.toIntExact(before.getSize())])
            .build();
    store.putBlob(BUCKET, blob);
  }

  void delete(String name) {
    store.removeBlob(BUCKET, name);
  }

  @Override
  public void close() {
    goAway();
    context.close();
  }
}
