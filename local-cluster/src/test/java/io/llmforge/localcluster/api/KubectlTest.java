package io.llmforge.localcluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real kubectl against the embedded server; skipped where there is none on the PATH. */
class KubectlTest {
  private static final String MANIFEST =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: recipe, labels: {kind: bread}}
      data: {flour: "500"}
      """;

  @TempDir Path folder;

  private String kubectl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kubectl"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("KUBECONFIG", folder.resolve("kubeconfig").toString());
    builder.environment().put("HOME", folder.toString());
    Path output = folder.resolve("output");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
    return Files.readString(output).strip();
  }

  private static boolean hasKubectl() {
    try {
      return new ProcessBuilder("kubectl", "version", "--client")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException | InterruptedException missing) {
      return false;
    }
  }

  @Test
  void everydayVerbsWork() throws Exception {
    assumeThat(hasKubectl()).as("kubectl is on the PATH").isTrue();
    Files.writeString(folder.resolve("map.yaml"), MANIFEST);
    Files.writeString(folder.resolve("typo.yaml"), MANIFEST.replace("\ndata:", "\ndta:"));
    try (KubernetesApiServer server =
        KubernetesApiServer.start(ApiServerOptions.inMemory(Clock.systemUTC()))) {
      Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig());

      assertThat(kubectl("apply", "-f", "map.yaml")).isEqualTo("configmap/recipe created");
      assertThat(kubectl("apply", "-f", "map.yaml")).isEqualTo("configmap/recipe unchanged");
      assertThat(kubectl("apply", "-f", "typo.yaml")).contains("unknown field \"dta\"");
      assertThat(kubectl("get", "cm", "-l", "kind in (bread)"))
          .containsPattern("NAME +DATA +AGE\\s+recipe +1 ");
      assertThat(kubectl("label", "cm", "recipe", "hot=yes")).endsWith("labeled");
      assertThat(kubectl("patch", "cm", "recipe", "-p", "{\"data\":{\"salt\":\"10\"}}"))
          .endsWith("patched");
      assertThat(kubectl("get", "cm", "recipe", "-o", "jsonpath={.data.salt}")).isEqualTo("10");
      assertThat(kubectl("explain", "job.spec.suspend")).contains("FIELD: suspend <boolean>");
      assertThat(kubectl("describe", "cm", "recipe")).contains("kind=bread");
      assertThat(kubectl("delete", "cm", "recipe")).isEqualTo("configmap \"recipe\" deleted");
      assertThat(kubectl("get", "cm", "recipe"))
          .isEqualTo("Error from server (NotFound): configmaps \"recipe\" not found");
      assertThat(kubectl("create", "namespace", "late")).contains("not protobuf");
    }
  }
}
