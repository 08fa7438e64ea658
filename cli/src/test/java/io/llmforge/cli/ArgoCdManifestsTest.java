package io.llmforge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The folder for Argo CD: what is needed first comes in an earlier wave. */
class ArgoCdManifestsTest {

  private static final Path FOLDER = Path.of("../examples/manifests/argo-cd");
  private static final Path TEAM = FOLDER.resolve("team-a");

  private final StringWriter out = new StringWriter();

  @Test
  void runIsAcceptedAndOnlyItsPromptFormatIsRemarkedOn() {
    int exitCode =
        Llmforge.commandLine()
            .setOut(new PrintWriter(out, true))
            .execute("validate", TEAM.resolve("support.yaml").toString());

    assertThat(exitCode).as(out::toString).isZero();
    assertThat(out.toString().lines())
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).contains("warning: spec.config.generation_config"))
        .anySatisfy(line -> assertThat(line).contains("accepted as FineTuneJob, 1 warning"));
  }

  @Test
  void volumesComeBeforeTheRunAndTheServerAfterIt() throws IOException {
    JsonNode claim = read(TEAM.resolve("volumes.yaml"));
    JsonNode run = read(TEAM.resolve("support.yaml"));
    JsonNode server = read(TEAM.resolve("serve.yaml"));

    assertThat(List.of(wave(claim), wave(run), wave(server))).isSorted().doesNotHaveDuplicates();
    String places = "pvc://" + claim.at("/metadata/name").asText() + "/";
    assertThat(run.at("/spec/config/model_id").asText()).startsWith(places);
    assertThat(run.at("/spec/outputs/0/uri").asText()).startsWith(places);
  }

  @Test
  void serverLoadsTheModelAndWhatTheRunPublishes() throws IOException {
    JsonNode run = read(TEAM.resolve("support.yaml"));
    JsonNode pod = read(TEAM.resolve("serve.yaml")).at("/spec/template/spec");

    JsonNode volume = pod.at("/volumes/0");
    String claim = volume.at("/persistentVolumeClaim/claimName").asText();
    String mount = pod.at("/containers/0/volumeMounts/0/mountPath").asText();
    assertThat(pod.at("/containers/0/volumeMounts/0/name")).isEqualTo(volume.get("name"));
    assertThat(pod.at("/containers/0/args"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "--model=" + mounted(run.at("/spec/config/model_id"), claim, mount),
            "--adapter=" + mounted(run.at("/spec/outputs/0/uri"), claim, mount));
  }

  @Test
  void applicationSyncsTheFolder() throws IOException {
    JsonNode application = read(FOLDER.resolve("application.yaml"));

    assertThat(FOLDER.resolve(application.at("/spec/source/path").asText())).isEqualTo(TEAM);
    assertThat(application.at("/spec/syncPolicy/automated/selfHeal").asBoolean()).isTrue();
  }

  private static String mounted(JsonNode place, String claim, String mount) {
    return place.asText().replace("pvc://" + claim, mount);
  }

  private static int wave(JsonNode object) {
    return Integer.parseInt(
        object.at("/metadata/annotations/argocd.argoproj.io~1sync-wave").asText());
  }

  private static JsonNode read(Path file) throws IOException {
    return new YAMLMapper().readTree(file.toFile());
  }
}
