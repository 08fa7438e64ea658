package io.llmforge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.llmforge.localcluster.api.ApiServerOptions;
import io.llmforge.localcluster.api.KubernetesApiServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code convert} prints is accepted by an API server that enforces the definition: schema,
 * CEL rules and all. Configs of real users take part when their folder is there.
 */
class ConvertedConfigsTest {

  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Path PECULIAR = Path.of("../crds/src/test/resources/configs/peculiar.yaml");
  private static final Path REAL =
      Path.of(System.getProperty("llmforge.configs", "../../shared/llmforge-configs"));

  private static KubernetesApiServer server;
  private static KubernetesClient client;

  @BeforeAll
  static void start() throws IOException {
    server = KubernetesApiServer.start(ApiServerOptions.inMemory(Clock.systemUTC()));
    client =
        new KubernetesClientBuilder()
            .withConfig(new ConfigBuilder(Config.empty()).withMasterUrl(server.url()).build())
            .build();
    client
        .resource(
            YAML.readValue(
                Path.of("../crds/finetunejobs.llmforge.io-v1.yml").toFile(),
                CustomResourceDefinition.class))
        .create();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @MethodSource("configs")
  void aConvertedConfigIsAccepted(Path config) throws Exception {
    String manifest = convert(config);

    GenericKubernetesResource created = apply(manifest);

    assertThat(created.getMetadata().getUid()).isNotEmpty();
  }

  @Test
  void aValueOutsideTheSchemaIsNot() throws Exception {
    String manifest = convert(PECULIAR).replaceFirst("num_devices: .*", "num_devices: many");

    Assertions.assertThatThrownBy(() -> apply(manifest))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("spec.config.num_devices");
  }

  static List<Path> configs() throws IOException {
    if (!Files.isDirectory(REAL)) {
      return List.of(PECULIAR);
    }
    try (Stream<Path> real = Files.list(REAL)) {
      return Stream.concat(
              Stream.of(PECULIAR), real.filter(file -> file.toString().endsWith(".yaml")).sorted())
          .toList();
    }
  }

  private static GenericKubernetesResource apply(String manifest) throws IOException {
    GenericKubernetesResource job = YAML.readValue(manifest, GenericKubernetesResource.class);
    job.getMetadata().setName(null);
    job.getMetadata().setGenerateName("converted-");
    return client.resource(job).inNamespace("default").create();
  }

  private static String convert(Path config) {
    var out = new StringWriter();

    int exitCode =
        Llmforge.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(new StringWriter()))
            .execute("convert", config.toString());

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    return out.toString();
  }
}
