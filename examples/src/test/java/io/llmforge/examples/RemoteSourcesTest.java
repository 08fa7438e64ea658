package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.cli.run.Installation;
import io.llmforge.cli.run.LocalRun;
import io.llmforge.cli.run.RunResult;
import io.llmforge.cli.story.Story;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.localcluster.ClusterSource;
import io.llmforge.trainer.fetch.HubServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
 * A job whose model is on a Hub, whose rows are in an object store and whose result goes to the
 * Hub, end to end: the packaged operator, pods that fetch before they train, and servers on
 * loopback.
 */
@Tag("cluster")
@Execution(ExecutionMode.SAME_THREAD)
class RemoteSourcesTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Path DATA = Path.of("target", "remote-sources").toAbsolutePath();
  private static final Path MANIFEST = Path.of("src/test/resources/remote-sources");
  private static final String KEY = "AKTEST";
  private static final String SECRET = "secret";
  private static final String MODEL = "harbour/tiny-llama";

  @TempDir Path folder;
  private HubServer hub;
  private BlobStoreContext objects;
  private S3Proxy store;

  @BeforeEach
  void serve() throws Exception {
    hub = new HubServer();
    hub.host(MODEL, HOME.resolve("examples/assets/tiny-llama"));
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
  void modelOfAHubIsTrainedOnRowsOfAnObjectStoreAndGoesToTheHub() throws Exception {
    RunResult result = run();

    assertThat(result.mismatches()).as("%s", result).isEmpty();
    assertThat(result.status().outputs().getFirst().uri())
        .isEqualTo("hf://team/questions@" + hub.head("team/questions", "trained"));
    assertThat(hub.files("team/questions", "trained"))
        .containsKeys("adapter_model.safetensors", "README.md", "MANIFEST.json");
  }

  @Test
  void gatedModelFailsWithWhatToDo() throws Exception {
    hub.gate(MODEL);

    RunResult result = run();

    assertThat(result.status().phase()).isEqualTo(Phase.Failed);
    assertThat(result.status().failure().reason()).isEqualTo("AccessDenied");
    assertThat(result.status().failure().message())
        .contains("hf://harbour/tiny-llama", "licence must be accepted", hub.address());
    assertOnlyLooked(result);
  }

  @Test
  void badRowsOfAStoreAreFoundBeforeAnAcceleratorIsAskedFor() throws Exception {
    byte[] bad =
        "{\"messages\": []}\nno JSON\n{\"messages\": 7}\n".getBytes(StandardCharsets.UTF_8);
    BlobStore blobs = objects.getBlobStore();
    blobs.putBlob("harbour", blobs.blobBuilder("questions/valid.jsonl").payload(bad).build());

    RunResult result = run();

    assertThat(result.status().failure()).as("%s", result).isNotNull();
    assertThat(result.status().failure().reason()).isEqualTo("DatasetInvalid");
    assertThat(result.status().failure().exitCode()).isEqualTo(65);
    assertThat(result.status().failure().message())
        .contains("3 mistakes", "valid.jsonl:1", "valid.jsonl:2", "valid.jsonl:3");
    assertOnlyLooked(result);
  }

  /** No pod of another stage was ever created, so none that asks for an accelerator. */
  private static void assertOnlyLooked(RunResult result) {
    assertThat(result.status().failure().stage()).isEqualTo("preflight");
    assertThat(result.trainerLogs())
        .singleElement()
        .asString()
        .contains("remote-sources-1-preflight-1");
  }

  private RunResult run() throws IOException, InterruptedException {
    for (String file : List.of("finetunejob.yaml", "expected-status.yaml")) {
      Files.copy(MANIFEST.resolve(file), folder.resolve(file));
    }
    Map<String, String> secret =
        Map.of(
            "HF_ENDPOINT",
            hub.address(),
            "HF_TOKEN",
            HubServer.TOKEN,
            "AWS_ENDPOINT_URL",
            "http://127.0.0.1:" + store.getPort(),
            "AWS_ACCESS_KEY_ID",
            KEY,
            "AWS_SECRET_ACCESS_KEY",
            SECRET);
    new ToldStory("A model of a Hub, rows of an object store, a result for the Hub")
        .withSecret("sources", secret)
        .withSecret("hub-write", hub.environment())
        .write(folder);
    return new LocalRun(new Installation(HOME), ClusterSource.chosen(), DATA, System.out, false)
        .run(Story.read(folder));
  }
}
