package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.trainer.fetch.ObjectServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a look at a plan finds is what its run would have found. */
class PreflightTest {

  private final ByteArrayOutputStream console = new ByteArrayOutputStream();

  @TempDir private Path folder;

  @Test
  void rowsThatItMadeAreTheRunsOwn() throws IOException {
    var run = TinyRun.instruction(folder);

    assertThat(preflight(run)).as(this::console).isZero();
    assertThat(run.run()).as(run.console()).isZero();

    assertThat(console()).contains("[preflight] nothing is wrong: 64 rows");
    assertThat(run.console()).contains("[data] rows of an earlier attempt are used");
    assertThat(console()).contains("[memory] at most");
  }

  @Test
  void nothingIsTrainedOrPublished() throws IOException {
    var run = TinyRun.classification(folder, List.of("hot", "mild", "cold"));

    assertThat(preflight(run)).as(this::console).isZero();

    assertThat(run.models.resolve("out")).doesNotExist();
    assertThat(run.workspace.resolve("checkpoints")).doesNotExist();
    assertThat(run.terminationLog()).doesNotExist();
  }

  @Test
  void mistakesOfAllRowsAreSaidAsTheRunSaysThem() throws IOException {
    var run = TinyRun.instruction(folder);
    append(run.data.resolve("train.jsonl"), "\n{\"messages\": []}\nno JSON");
    append(run.data.resolve("valid.jsonl"), "\n{\"messages\": 7}");

    assertThat(preflight(run)).isEqualTo(FailureCode.DATASET_INVALID.exitCode());
    TrainingReport said = words(run);
    assertThat(run.run()).isEqualTo(FailureCode.DATASET_INVALID.exitCode());

    assertThat(message(said)).isEqualTo(message(run.lastWords()));
    assertThat(message(said)).contains("train.jsonl:65", "train.jsonl:66", "valid.jsonl:17");
  }

  @Test
  void unknownFamilyIsSaidAsTheRunSaysIt() throws IOException {
    var run = TinyRun.causal(folder);
    Files.writeString(
        run.models.resolve("base/config.json"), TinyModel.config("FalconForCausalLM"));

    assertThat(preflight(run)).isEqualTo(FailureCode.INVALID_CONFIG.exitCode());
    TrainingReport said = words(run);
    assertThat(run.run()).isEqualTo(FailureCode.INVALID_CONFIG.exitCode());

    assertThat(message(said)).isEqualTo(message(run.lastWords())).contains("FalconForCausalLM");
  }

  @Test
  void weightsThatAreCutOffAreSaidAsTheRunSaysIt() throws IOException {
    var run = TinyRun.causal(folder);
    Path weights = run.models.resolve("base/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 8));

    assertThat(preflight(run)).isEqualTo(FailureCode.INVALID_CONFIG.exitCode());
    TrainingReport said = words(run);
    assertThat(run.run()).isEqualTo(FailureCode.INVALID_CONFIG.exitCode());

    assertThat(message(said)).isEqualTo(message(run.lastWords())).contains("cut off");
  }

  @Test
  void adapterTargetThatIsNotThereIsSaidAsTheRunSaysIt() throws IOException {
    var run = TinyRun.instruction(folder).with("/tuning/targets/names", List.of("q_porj"));

    assertThat(preflight(run)).isEqualTo(FailureCode.INVALID_CONFIG.exitCode());
    TrainingReport said = words(run);
    assertThat(run.run()).isEqualTo(FailureCode.INVALID_CONFIG.exitCode());

    assertThat(message(said)).isEqualTo(message(run.lastWords())).contains("q_porj");
  }

  @Test
  void placeThatHoldsWhatIsNotOursIsRefused() throws IOException {
    var run = TinyRun.instruction(folder);
    Files.writeString(
        Files.createDirectories(run.models.resolve("out")).resolve("notes.txt"), "mine");

    assertThat(preflight(run)).isEqualTo(FailureCode.CANNOT_WRITE_OUTPUT.exitCode());

    assertThat(message(words(run))).contains("holds files that no run has written");
  }

  @Test
  void storeThatMayNotBeWrittenIsRefused() throws Exception {
    try (var server = new ObjectServer()) {
      Map<String, String> environment = new HashMap<>(server.environment());
      environment.put("AWS_SECRET_ACCESS_KEY", "wrong");
      var run =
          TinyRun.instruction(folder)
              .with(
                  "/output/location",
                  Map.of("kind", "remoteFolder", "uri", "s3://results/team/tiny"));

      assertThat(preflight(run, environment)).isEqualTo(FailureCode.ACCESS_DENIED.exitCode());

      assertThat(message(words(run))).contains("purpose Outputs");
    }
  }

  @Test
  void acceleratorThatIsTooSmallIsRefused() throws IOException {
    var run = TinyRun.causal(folder);

    assertThat(preflight(run, Map.of(), PodContract.MEMORY_ARGUMENT + 1000))
        .isEqualTo(FailureCode.ACCELERATOR_OUT_OF_MEMORY.exitCode());

    assertThat(message(words(run))).contains("one accelerator has", "lower context_length");
  }

  private int preflight(TinyRun run) throws IOException {
    return preflight(run, Map.of());
  }

  private int preflight(TinyRun run, Map<String, String> environment, String... more)
      throws IOException {
    Map<String, String> all = new HashMap<>(environment);
    all.put(PodContract.TERMINATION_LOG, run.terminationLog().toString());
    List<String> arguments = new ArrayList<>(run.arguments());
    arguments.set(0, PodContract.PREFLIGHT_COMMAND);
    Stream.of(more).forEach(arguments::add);
    var out = new PrintStream(console, true, StandardCharsets.UTF_8);
    return new Trainer(new TrainerSurroundings(all, out, Clock.systemUTC())).run(arguments);
  }

  private static TrainingReport words(TinyRun run) throws IOException {
    return PlanJson.read(Files.readString(run.terminationLog()), TrainingReport.class);
  }

  private static String message(TrainingReport report) {
    return ((TrainingReport.Failed) report).message();
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  private String console() {
    return console.toString(StandardCharsets.UTF_8);
  }
}
