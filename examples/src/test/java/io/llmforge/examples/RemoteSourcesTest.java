package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.LocalRun;
import io.llmforge.cli.run.RunResult;
import io.llmforge.cli.story.Story;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobProviderMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A job whose model is on a Hub and whose rows are in an object store, end to end: the packaged
 * operator, pods that fetch before they train, and servers on loopback.
 */
@Tag("cluster")
@Execution(ExecutionMode.SAME_THREAD)
class RemoteSourcesTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Path DATA = Path.of("target", "remote-sources").toAbsolutePath();
  private static final Path MANIFEST = Path.of("src/test/resources/remote-sources");
  private static final String KEY = "AKTEST";
  private static final String SECRET = "secret";
  private static final String TOKEN = "hf_token";

  @TempDir Path folder;
  private LoopbackHub hub;
  private BlobStoreContext objects;
  private S3Proxy store;

  @BeforeEach
  void serve() throws Exception {
    hub = new LoopbackHub("harbour/tiny-llama", TOKEN, HOME.resolve("examples/assets/tiny-llama"));
    objects =
        ContextBuilder.newBuilder(new TransientNio2BlobProviderMetadata())
            .credentials(KEY, SECRET)
            .build(BlobStoreContext.class);
    BlobStore blobs = objects.getBlobStore();
    blobs.createContainerInLocation(null, "harbour");
    for (String name : List.of("train.jsonl", "valid.jsonl")) {
      byte[] rows =
          Files.readAllBytes(HOME.resolve("examples/02-instruction-tuning-lora/data/" + name));
      blobs.putBlob("harbour", blobs.blobBuilder("questions/" + name).payload(rows).build());
    }
    store =
        S3Proxy.builder()
            .blobStore(blobs)
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .build();
    store.start();
  }

  @AfterEach
  void close() throws Exception {
    hub.close();
    store.stop();
    objects.close();
  }

  @Test
  void modelOfAHubIsTrainedOnRowsOfAnObjectStore() throws Exception {
    RunResult result = run(TOKEN);

    assertThat(result.mismatches()).as("%s", result).isEmpty();
  }

  @Test
  void gatedModelFailsWithWhatToDo() throws Exception {
    RunResult result = run("another token");

    assertThat(result.status().phase()).isEqualTo(Phase.Failed);
    assertThat(result.status().failure().reason()).isEqualTo("AccessDenied");
    assertThat(result.status().failure().message())
        .contains("hf://harbour/tiny-llama", "licence must be accepted", hub.address());
  }

  private RunResult run(String token) throws IOException, InterruptedException {
    for (String file : List.of("finetunejob.yaml", "expected-status.yaml")) {
      Files.copy(MANIFEST.resolve(file), folder.resolve(file));
    }
    Map<String, String> secret =
        Map.of(
            "HF_ENDPOINT", hub.address(),
            "HF_TOKEN", token,
            "AWS_ENDPOINT_URL", "http://127.0.0.1:" + store.getPort(),
            "AWS_ACCESS_KEY_ID", KEY,
            "AWS_SECRET_ACCESS_KEY", SECRET);
    new YAMLMapper()
        .writeValue(
            folder.resolve("story.yaml").toFile(),
            Map.of(
                "title", "A model of a Hub, rows of an object store",
                "claims", Map.of("models", Map.of()),
                "secrets", Map.of("sources", secret)));
    return new LocalRun(new Installation(HOME), ClusterSource.chosen(), DATA, System.out, false)
        .run(Story.read(folder));
  }
}
