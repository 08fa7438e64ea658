package io.llmforge.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.OptimizerPlan;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.trainer.data.PromptFormats;
import io.llmforge.trainer.recipe.HostMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The pod of a tiny run: a model, rows that say which of two words follows a number's parity, a
 * plan to change, and the trainer to run on it.
 */
final class TinyRun {

  /** Every look at it takes two seconds, so that every step gets its line on the console. */
  static InstantSource steppingClock() {
    var now = new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
    return () -> now.getAndUpdate(instant -> instant.plus(Duration.ofSeconds(2)));
  }

  /** For {@code /objective/textFormat}. */
  static final Map<String, Object> TOKENIZER_TEMPLATE =
      Map.of("kind", "tokenizer_template", "date", "2024-07-26", "stoppingSequences", List.of());

  private static final ObjectMapper JSON = new ObjectMapper();

  final Path data;
  final Path models;
  final Path workspace;
  private final Path folder;
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private ObjectNode plan;
  private int microBatchDivisor = 1;
  private Optional<Path> cache = Optional.empty();
  private HostMemory memory = HostMemory.ofThisProcess();
  private Map<String, String> outputs = Map.of();
  private final Map<String, Runnable> reactions = new LinkedHashMap<>();

  private TinyRun(Path folder) {
    this.folder = folder;
    this.data = folder.resolve("data");
    this.models = folder.resolve("models");
    this.workspace = folder.resolve("workspace");
  }

  static TinyRun causal(Path folder) throws IOException {
    return create(
        folder, new Objective.CausalLm(PromptFormats.plain()), new Tuning.FullParameter());
  }

  static TinyRun instruction(Path folder) throws IOException {
    var targets =
        new Tuning.Targets.Names(
            List.of("q_proj", "v_proj", "o_proj", "up_proj", "down_proj", "lm_head"));
    return create(
        folder,
        new Objective.InstructionTuning(PromptFormats.tagged()),
        new Tuning.Lora(8, 16, 0.1, targets, false));
  }

  /** Rows that say how warm it is, each with the label of one of three words. */
  static TinyRun preference(Path folder) throws IOException {
    var targets = new Tuning.Targets.Names(List.of("q_proj", "v_proj", "o_proj", "down_proj"));
    var objective =
        new Objective.PreferenceTuning(
            PromptFormats.tagged(),
            new Objective.PreferenceLoss(Objective.PreferenceLoss.Kind.SIGMOID, 0.1, 0),
            new Objective.ReferencePlan(new Location.Workspace("reference"), 2, 4));
    var run = create(folder, objective, new Tuning.Lora(8, 16, 0.1, targets, false));
    Files.writeString(run.data.resolve("train.jsonl"), pairs(0, 64));
    Files.writeString(run.data.resolve("valid.jsonl"), pairs(64, 80));
    return run;
  }

  static TinyRun classification(Path folder, List<String> labels) throws IOException {
    var targets = new Tuning.Targets.Names(List.of("q_proj", "v_proj", "o_proj", "down_proj"));
    var run =
        create(
            folder,
            new Objective.Classification(PromptFormats.tagged(), labels, List.of()),
            new Tuning.Lora(8, 16, 0.1, targets, false));
    Files.writeString(run.data.resolve("train.jsonl"), labelled(labels, 0, 64));
    Files.writeString(run.data.resolve("valid.jsonl"), labelled(labels, 64, 82));
    return run.with("/output/form", "MERGED_MODEL")
        .with("/optimizer/learningRate", 2e-2)
        .with("/evaluation/every/count", 8);
  }

  TinyRun with(String pointer, Object value) {
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = plan.at(pointer.substring(0, slash));
    ((ObjectNode) parent).set(pointer.substring(slash + 1), JSON.valueToTree(value));
    return this;
  }

  /** What Secrets of purpose Outputs say to the pods that get them: all but the trainer's. */
  TinyRun withOutputCredentials(Map<String, String> variables) {
    outputs = Map.copyOf(variables);
    return this;
  }

  /** A folder that it shares with other runs. */
  TinyRun withCache(Path folder) {
    cache = Optional.of(folder);
    return this;
  }

  /** Micro-batches that are this much smaller than planned. */
  TinyRun withMicroBatchesDividedBy(int divisor) {
    microBatchDivisor = divisor;
    return this;
  }

  /** What the kernel says is available, whatever the machine has. */
  TinyRun withAvailableMemory(long bytes) throws IOException {
    Path proc = Files.createDirectories(folder.resolve("proc"));
    Files.writeString(proc.resolve("meminfo"), "MemAvailable: %d kB%n".formatted(bytes / 1024));
    memory = new HostMemory(proc, folder.resolve("no-control-group"));
    return this;
  }

  /** Does something whenever a line with this in it has been written, before the run goes on. */
  TinyRun onLine(String part, Runnable reaction) {
    reactions.put(part, reaction);
    return this;
  }

  /** Runs the trainer in this process, and stops it after a step when told to. */
  int run(String stopAfterLine) throws IOException {
    return start(arguments(), Map.of(), stopAfterLine);
  }

  int run() throws IOException {
    return run("");
  }

  /** Runs the pod in this process that brings the result out of the cluster. */
  int publish() throws IOException {
    return publish("");
  }

  /** The same, and it is told to end when a line with this in it has been written. */
  int publish(String stopAfterLine) throws IOException {
    return start(argumentsOf(PodContract.PUBLISH_COMMAND), outputs, stopAfterLine);
  }

  private int start(List<String> arguments, Map<String, String> variables, String stopAfterLine) {
    var stopper = new AtomicReference<Runnable>(() -> {});
    PrintStream out =
        listened(
            line -> {
              if (!stopAfterLine.isEmpty() && line.contains(stopAfterLine)) {
                stopper.get().run();
              }
            });
    var environment = new HashMap<>(variables);
    environment.put(PodContract.TERMINATION_LOG, terminationLog().toString());
    var trainer = new Trainer(new TrainerSurroundings(environment, out, steppingClock(), memory));
    stopper.set(trainer.control()::stop);
    return trainer.run(arguments);
  }

  private PrintStream listened(Consumer<String> listener) {
    return new PrintStream(console, true, StandardCharsets.UTF_8) {
      @Override
      public void println(String line) {
        super.println(line);
        listener.accept(line);
        Map.copyOf(reactions).entrySet().stream()
            .filter(reaction -> line.contains(reaction.getKey()))
            .forEach(reaction -> reaction.getValue().run());
      }
    };
  }

  /** Runs the worker of one shard of the reference in this process. */
  int score(int shard) throws IOException {
    PrintStream out = listened(line -> {});
    var environment = Map.of(PodContract.TERMINATION_LOG, terminationLog().toString());
    return new Trainer(new TrainerSurroundings(environment, out, steppingClock()))
        .run(scoringArguments(shard));
  }

  /** Runs the preflight in this process. */
  int look() throws IOException {
    return start(argumentsOf(PodContract.PREFLIGHT_COMMAND), outputs, "");
  }

  private List<String> argumentsOf(String command) throws IOException {
    List<String> arguments = new ArrayList<>(arguments());
    arguments.set(0, command);
    return arguments;
  }

  List<String> scoringArguments(int shard) throws IOException {
    List<String> arguments = new ArrayList<>(arguments());
    arguments.set(0, PodContract.REFERENCE_COMMAND);
    arguments.add(PodContract.SHARD_ARGUMENT + shard);
    return arguments;
  }

  List<String> arguments() throws IOException {
    Path file = folder.resolve("plan.json");
    Files.writeString(file, JSON.writeValueAsString(plan));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--plan=" + file,
                "--workspace=" + workspace,
                "--volume=data=" + data,
                "--volume=models=" + models,
                "--status-port=0"));
    cache.ifPresent(shared -> arguments.add(PodContract.CACHE_ARGUMENT + shared));
    if (microBatchDivisor != 1) {
      arguments.add(PodContract.MICRO_BATCH_DIVISOR_ARGUMENT + microBatchDivisor);
    }
    return arguments;
  }

  Path terminationLog() {
    return folder.resolve("termination-log");
  }

  TrainingReport lastWords() throws IOException {
    return PlanJson.read(Files.readString(terminationLog()), TrainingReport.class);
  }

  String console() {
    return console.toString(StandardCharsets.UTF_8);
  }

  private static TinyRun create(Path folder, Objective objective, Tuning tuning)
      throws IOException {
    var run = new TinyRun(folder);
    Files.createDirectories(run.workspace);
    Files.createDirectories(run.data);
    if (!Files.exists(run.models.resolve("base"))) {
      TinyModel.write(run.models.resolve("base"));
    }
    Files.writeString(run.data.resolve("train.jsonl"), rows(0, 64));
    Files.writeString(run.data.resolve("valid.jsonl"), rows(64, 80));
    var plan =
        new TrainingPlan(
            TrainingPlan.SCHEMA_VERSION,
            new TrainingPlan.RunIdentity("default", "tiny", 1),
            objective,
            new TrainingPlan.ModelSource(
                "pvc://models/base", new Location.Claim("models", "base"), null, null),
            new TrainingPlan.DataSources(
                new Location.Claim("data", "train.jsonl"),
                new Location.Claim("data", "valid.jsonl")),
            new TrainingPlan.SequencePlan(64, false),
            tuning,
            new OptimizerPlan(5e-3, OptimizerPlan.Schedule.COSINE, 2, 0, 1),
            new TrainingPlan.BatchPlan(8, 1, 1, 8),
            new TrainingPlan.DurationPlan(1.0, 100),
            new TrainingPlan.EvaluationPlan(
                true, new TrainingPlan.Every(TrainingPlan.Every.Unit.STEPS, 2), 2, null),
            new TrainingPlan.OutputPlan(
                "out", new Location.Claim("models", "out"), TrainingPlan.OutputPlan.Form.ADAPTER),
            TrainingPlan.Precision.FLOAT32,
            42,
            null);
    run.plan = JSON.readValue(PlanJson.write(plan), ObjectNode.class);
    return run;
  }

  private static String labelled(List<String> labels, int from, int to) {
    var words = List.of("hot", "mild", "cold");
    return IntStream.range(from, to)
        .mapToObj(
            number ->
                "{\"messages\": [{\"role\": \"user\", \"content\": \"Day %d is %s.\"}, {\"role\": \"assistant\", \"content\": \"%s\"}]}"
                    .formatted(number, words.get(number % 3), labels.get(number % 3)))
        .collect(Collectors.joining("\n"));
  }

  /** The same opening is chosen whatever the number, which is what a preference can teach. */
  private static String pairs(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(
            number -> {
              String prompt =
                  "{\"role\": \"user\", \"content\": \"Is %d even?\"}".formatted(number);
              String answer = "{\"role\": \"assistant\", \"content\": \"%s, the number is.\"}";
              return "{\"chosen\": [%s, %s], \"rejected\": [%s, %s]}"
                  .formatted(prompt, answer.formatted("Even"), prompt, answer.formatted("Odd"));
            })
        .collect(Collectors.joining("\n"));
  }

  private static String rows(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(
            number ->
                "{\"messages\": [{\"role\": \"user\", \"content\": \"Is %d even?\"}, {\"role\": \"assistant\", \"content\": \"%s, the number is.\"}]}"
                    .formatted(number, number % 2 == 0 ? "Even" : "Odd"))
        .collect(Collectors.joining("\n"));
  }
}
