package io.llmforge.examples;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobProviderMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.domain.StorageMetadata;
import org.jclouds.blobstore.options.ListContainerOptions;

/** An object store on loopback that can be away for a while, and keeps what it has. */
final class ResultStore implements AutoCloseable {

  private static final String BUCKET = "results";
  private static final String KEY = "AKTEST";
  private static final String SECRET = "secret";

  private final BlobStoreContext context =
      ContextBuilder.newBuilder(new TransientNio2BlobProviderMetadata())
          .credentials(KEY, SECRET)
          .build(BlobStoreContext.class);
  private final BlobStore blobs = context.getBlobStore();
  private final int port;
  private S3Proxy server;

  ResultStore() throws Exception {
    blobs.createContainerInLocation(null, BUCKET);
    server = started(0);
    port = server.getPort();
  }

  Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL",
        "http://127.0.0.1:" + port,
        "AWS_ACCESS_KEY_ID",
        KEY,
        "AWS_SECRET_ACCESS_KEY",
        SECRET);
  }

  void goAway() throws Exception {
    server.stop();
  }

  void comeBack() throws Exception {
    server = started(port);
  }

  /** Keys of all objects. */
  List<String> names() {
    return blobs.list(BUCKET, ListContainerOptions.Builder.recursive()).stream()
        .map(StorageMetadata::getName)
        .toList();
  }

  private S3Proxy started(int onPort) throws Exception {
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(blobs)
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
            .endpoint(URI.create("http://127.0.0.1:" + onPort))
            .build();
    proxy.start();
    return proxy;
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the object store does not stop", e);
    }
    context.close();
  }
}
