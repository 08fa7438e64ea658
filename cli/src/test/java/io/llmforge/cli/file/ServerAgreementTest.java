package io.llmforge.cli.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.localcluster.api.ApiServerOptions;
import io.llmforge.localcluster.api.KubernetesApiServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A manifest is refused exactly when an API server that is strict about fields refuses it. */
class ServerAgreementTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final YAMLMapper YAML = new YAMLMapper();

  private static final String DRY_RUN = "?dryRun=All&fieldValidation=Strict";
  private static final int CREATED = 201;

  private static KubernetesApiServer server;
  private static HttpClient client;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    server = KubernetesApiServer.start(ApiServerOptions.inMemory(Clock.systemUTC()));
    client = HttpClient.newHttpClient();
    var definition = Files.readString(Path.of("../crds/finetunejobs.llmforge.io-v1.yml"));
    var defined =
        post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", YAML.readTree(definition));
    assertThat(defined.statusCode()).as(defined.body()).isEqualTo(CREATED);
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "retryToken: '2'",
        "retryToken: 2",
        "retryToken: 2026-11-27",
        "image: null",
        "suspend: yes",
        "suspend: 'yes'",
        "validateOnly: 1",
        "resources: {perDevice: {cpu: '8', memory: 96Gi}}",
        "resources: {perDevice: {cpu: 8}}",
        "resources: {perDevice: {memory: 96GB}}",
        "resources: {}",
        "resources:",
        "runPolicy: {maxRetries: 1000, backoff: {initialSeconds: 0}}",
        "runPolicy: {maxRetries: 1001}",
        "runPolicy: {maxRetries: 1.5}",
        "runPolicy: {onOom: ShrinkMicroBatch}",
        "runPolicy: {onOom: shrinkMicroBatch}",
        "runPolicy: {on_oom: Fail}",
        "queue: {provider: Kueue, name: line}",
        "queue: {provider: Kueue}",
        "queue: {name: ''}",
        "outputs: []",
        "outputs: [{name: a, uri: 'pvc://claim/folder'}]",
        "outputs: [{name: A, uri: 'pvc://claim/folder'}]",
        "outputs: [{uri: 'pvc://claim/folder'}]",
        "outputs: [{name: a, uri: 'pvc://claim/../folder'}]",
        "outputs: [{name: a, uri: 'pvc://c/a'}, {name: b, uri: 'pvc://c/b'}]",
        "checkpoints: {uri: 's3://bucket/folder'}",
        "checkpoints: {uri: 's3://bucket'}",
        "podTemplate: {labels: {a.b/c: d}, imagePullSecrets: [x]}",
        "podTemplate: {labels: {a.b/c: 1}}",
        "podTemplate: {imagePullSecrets: [{name: x}]}",
        "storage: {cache: {claimName: claim, folder: /absolute}}",
        "credentials: [{secretRef: {name: x}, purpose: Tracking}]",
        "credentials: [{secretRef: {name: x}, purpose: tracking}]",
        "credentials: [{purpose: Tracking}]",
        "  num_devices: 1",
        "  num_devices: '1'",
        "  eval_batch_size_per_device: 0",
        "  my_own_key: [1, {2: 3}]",
      })
  void manifestIsRefusedWhenTheServerRefusesIt(String field) throws Exception {
    var job =
        """
        apiVersion: llmforge.io/v1alpha1
        kind: FineTuneJob
        metadata: {name: chat}
        spec:
          config:
            model_id: pvc://models/base
            train_path: pvc://rows/train.jsonl
          %s
        """
            .formatted(field);

    var answer = post("/apis/llmforge.io/v1alpha1/namespaces/default/finetunejobs" + DRY_RUN, job);
    var verdict =
        new FileCheck(new LlmForgeConfigReader())
            .check(Files.writeString(folder.resolve("job.yaml"), job));

    assertThat(verdict instanceof FileVerdict.Accepted)
        .as(() -> "%s%n%s".formatted(verdict.findings(), answer.body()))
        .isEqualTo(answer.statusCode() == CREATED);
  }

  private static HttpResponse<String> post(String path, String yaml)
      throws IOException, InterruptedException {
    return post(path, YAML.readTree(yaml));
  }

  private static HttpResponse<String> post(String path, JsonNode object)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(JSON.writeValueAsString(object)))
            .build(),
        BodyHandlers.ofString());
  }
}
