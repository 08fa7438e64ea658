package io.llmforge.operator.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus;
import io.llmforge.crds.api.v1alpha1.FineTuneJobStatus.Phase;
import io.llmforge.operator.decide.Decision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LoadState;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.compiler.LuaC;
import org.luaj.vm2.lib.BaseLib;
import org.luaj.vm2.lib.PackageLib;
import org.luaj.vm2.lib.TableLib;

/** The chart's Lua for Argo CD, run as it is, with the libraries that Argo CD opens. */
class ArgoCustomizationsTest {

  private static final Path SCRIPTS = Path.of("../helm/llmforge-operator/argocd");
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @MethodSource("io.llmforge.operator.report.StatusComposerTest#rows")
  void healthFollowsEveryStatusThatIsWritten(Decision decision, Phase phase, String truths)
      throws IOException {
    FineTuneJobStatus status = StatusComposerTest.composed(decision);

    LuaValue health = run("health.lua", job(3, status));

    assertThat(health.get("status").tojstring())
        .isEqualTo(
            switch (phase) {
              case Failed -> "Degraded";
              case Queued -> truths.endsWith("T F F") ? "Degraded" : "Progressing";
              case Pending, Succeeded -> "Healthy";
              case Suspended -> "Suspended";
              case Validating, Scoring, Starting, Training, Publishing, Suspending -> "Progressing";
            });
    assertThat(health.get("message").tojstring()).contains(status.message());
  }

  @Test
  void jobThatNobodyHasLookedAtIsProgressing() throws IOException {
    ObjectNode job = JSON.createObjectNode();
    job.putObject("metadata").put("generation", 1);

    assertThat(run("health.lua", job).get("status").tojstring()).isEqualTo("Progressing");
  }

  @ParameterizedTest
  @MethodSource("io.llmforge.operator.report.StatusComposerTest#rows")
  void statusOfAnEarlierGenerationIsNoVerdict(Decision decision, Phase phase, String truths)
      throws IOException {
    LuaValue health = run("health.lua", job(4, StatusComposerTest.composed(decision)));

    assertThat(health.get("status").tojstring()).isEqualTo("Progressing");
  }

  @ParameterizedTest
  @CsvSource({
    "Training, false, true, false, false",
    "Suspended, true, false, true, false",
    "Suspending, true, false, true, false",
    "Succeeded, false, false, false, false",
    "Failed, false, false, false, true"
  })
  void onlyActionsThatChangeSomethingAreOffered(
      String phase,
      boolean suspended,
      boolean offersSuspend,
      boolean offersResume,
      boolean offersRetry)
      throws IOException {
    ObjectNode job = JSON.createObjectNode();
    job.putObject("spec").put("suspend", suspended);
    job.putObject("status").put("phase", phase).putObject("run");

    LuaValue actions = run("actions.lua", job);

    assertThat(actions.get("suspend").get("disabled").toboolean()).isEqualTo(!offersSuspend);
    assertThat(actions.get("resume").get("disabled").toboolean()).isEqualTo(!offersResume);
    assertThat(actions.get("retry").get("disabled").toboolean()).isEqualTo(!offersRetry);
  }

  @Test
  void actionsChangeNothingButSuspend() throws IOException {
    ObjectNode job = JSON.createObjectNode();
    job.putObject("spec").put("image", "kept");

    LuaValue suspended = run("suspend.lua", job).get("spec");
    job.withObject("/spec").put("suspend", true);
    LuaValue resumed = run("resume.lua", job).get("spec");

    assertThat(suspended.get("suspend").toboolean()).isTrue();
    assertThat(suspended.get("image").tojstring()).isEqualTo("kept");
    assertThat(resumed.get("suspend").isnil()).isTrue();
    assertThat(resumed.get("image").tojstring()).isEqualTo("kept");
  }

  @Test
  void jobThatNeverBecameARunOffersNoRetry() throws IOException {
    ObjectNode job = JSON.createObjectNode();
    job.putObject("spec");
    job.putObject("status").put("phase", "Failed");

    LuaValue actions = run("actions.lua", job);

    assertThat(actions.get("retry").get("disabled").toboolean()).isTrue();
  }

  @Test
  void retryNamesTheAttemptThatFailed() throws IOException {
    ObjectNode job = JSON.createObjectNode();
    job.putObject("spec").put("image", "kept");
    job.putObject("status").putObject("run").put("number", 2).put("attempt", 4);

    LuaValue spec = run("retry.lua", job).get("spec");

    assertThat(spec.get("retryToken").tojstring()).isEqualTo("after-2-4");
    assertThat(spec.get("image").tojstring()).isEqualTo("kept");
  }

  private static ObjectNode job(long generation, FineTuneJobStatus status) throws IOException {
    ObjectNode job = JSON.createObjectNode();
    job.putObject("metadata").put("generation", generation);
    job.putObject("spec");
    job.set("status", JSON.readTree(Serialization.asJson(status)));
    return job;
  }

  private static LuaValue run(String script, JsonNode job) throws IOException {
    var globals = new Globals();
    globals.load(new BaseLib());
    globals.load(new PackageLib());
    globals.load(new TableLib());
    LoadState.install(globals);
    LuaC.install(globals);
    globals.set("obj", lua(job));
    return globals.load(Files.readString(SCRIPTS.resolve(script)), script).call();
  }

  /** As Argo CD hands over an object: null is absent, lists count from 1. */
  private static LuaValue lua(JsonNode node) {
    if (node.isObject()) {
      var table = new LuaTable();
      node.properties().forEach(field -> table.set(field.getKey(), lua(field.getValue())));
      return table;
    }
    if (node.isArray()) {
      var table = new LuaTable();
      for (var index = 0; index < node.size(); index++) {
        table.set(index + 1, lua(node.get(index)));
      }
      return table;
    }
    if (node.isNull()) {
      return LuaValue.NIL;
    }
    if (node.isBoolean()) {
      return LuaValue.valueOf(node.asBoolean());
    }
    return node.isNumber() ? LuaValue.valueOf(node.asDouble()) : LuaValue.valueOf(node.asText());
  }
}
