package io.llmforge.trainer.recipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PromptFormat;
import io.llmforge.crds.plan.TokenizerTemplate;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.trainer.checkpoint.Checkpoint;
import io.llmforge.trainer.checkpoint.Manifest;
import io.llmforge.trainer.data.ChatTemplate;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.report.MetricsFile;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.StagedFolder;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.storage.WriteProbe;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The finished artefact: the best checkpoint's model or adapter, the tokenizer with the chat
 * template of the run, how it was trained, and a manifest of all of it.
 *
 * @param plan the run's plan
 * @param target folder that is published
 */
record Publication(TrainingPlan plan, Path target) {

  /** Where the adapter lies beside a model that it is merged into. */
  static final String ADAPTER_FOLDER = "adapter";

  private static final String GENERATION_CONFIG = "generation_config.json";

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  /** Refuses, before anything is trained, a target that could not be written or is not ours. */
  void requirePossible() {
    String name = plan.output().location().text();
    WriteProbe.requireWritable(target, name);
    try {
      if (Files.isDirectory(target) && !isOurs()) {
        throw new StorageException.CannotWrite(
            "%s holds files that no run has written; choose another output folder or empty it"
                .formatted(name),
            null);
      }
    } catch (IOException e) {
      throw StorageException.writing(name, e);
    }
  }

  /**
   * Publishes a checkpoint.
   *
   * @param start what training started from
   * @param tokenizer what it was trained with
   * @param metricsFile steps and evaluations of the run, beside the resolved plan
   * @param verification looks at the complete folder before it is published, and throws when it is
   *     not what it should be
   */
  Output publish(
      Checkpoint checkpoint,
      StartingModel start,
      RunTokenizer tokenizer,
      Path metricsFile,
      Consumer<Path> verification) {
    String name = plan.output().location().text();
    try {
      new StagedFolder(target)
          .write(
              folder -> {
                writeWeights(checkpoint, start, folder);
                writeTokenizer(tokenizer, folder);
                writeGenerationConfig(start.folders().base(), folder);
                Files.copy(metricsFile, folder.resolve(MetricsFile.NAME));
                Files.copy(
                    metricsFile.resolveSibling(ResolvedPlan.FILE),
                    folder.resolve(ResolvedPlan.FILE));
                copyResult(metricsFile.resolveSibling(PublishedResult.FILE), folder);
                copyEvents(Durable.parentOf(metricsFile), folder);
                writeCard(checkpoint, folder);
                Durable.writeText(
                    folder.resolve("training_plan.json"), PlanJson.writeIndented(plan));
                Manifest.write(folder);
                verification.accept(folder);
              });
      long bytes = Manifest.read(target).bytes();
      return new Output(
          PublishedForm.of(plan).kind(),
          name,
          Manifest.digest(target),
          bytes,
          checkpoint.state().step());
    } catch (IOException e) {
      throw StorageException.writing(name, e);
    } catch (UncheckedIOException e) {
      throw StorageException.writing(name, e);
    }
  }

  private void writeWeights(Checkpoint checkpoint, StartingModel start, Path folder)
      throws IOException {
    switch (PublishedForm.of(plan)) {
      case ADAPTER, MODEL -> copyAll(checkpoint.artifact(), folder);
      case MERGED_MODEL -> {
        try (TorchRuntime runtime = TorchRuntime.start();
            CausalLanguageModel model = start.loadToMerge(runtime, checkpoint.artifact())) {
          model.writeModel(folder, model.storedType());
        }
        copyAll(checkpoint.artifact(), Files.createDirectories(folder.resolve(ADAPTER_FOLDER)));
      }
    }
  }

  // A result that stays in the workspace goes with its run, and nobody takes it over.
  private static void copyResult(Path result, Path folder) throws IOException {
    if (Files.exists(result)) {
      Files.copy(result, folder.resolve(PublishedResult.FILE));
    }
  }

  private void copyEvents(Path workspace, Path folder) throws IOException {
    Path copy = RunRecords.eventFile(folder, plan);
    Files.createDirectories(copy.getParent());
    Files.copy(RunRecords.eventFile(workspace, plan), copy);
  }

  /** Describes what lies in the folder: its plan, its metrics and their pictures. */
  private void writeCard(Checkpoint checkpoint, Path folder) throws IOException {
    ResolvedPlan resolved =
        PlanJson.read(Files.readString(folder.resolve(ResolvedPlan.FILE)), ResolvedPlan.class);
    List<String> plots =
        RunPictures.write(plan.run().name(), folder.resolve(MetricsFile.NAME), folder);
    var card =
        new ModelCard(resolved, checkpoint.state().metrics(), checkpoint.state().step(), plots);
    Durable.writeText(folder.resolve(ModelCard.FILE), card.text());
  }

  private boolean isOurs() throws IOException {
    try (Stream<Path> children = Files.list(target)) {
      return Files.exists(target.resolve(Manifest.FILE)) || children.findAny().isEmpty();
    }
  }

  private void writeTokenizer(RunTokenizer tokenizer, Path folder) throws IOException {
    tokenizer.copyTo(folder);
    switch (plan.objective().textFormat()) {
      case PromptFormat format ->
          writeTemplate(ChatTemplate.of(format), tokenizer.folder(), folder);
      case TokenizerTemplate ignored -> tokenizer.copyTemplatesTo(folder);
    }
  }

  private static void writeTemplate(String template, Path base, Path folder) throws IOException {
    ObjectNode config = readObject(base.resolve(RunTokenizer.CONFIG));
    config.put("chat_template", template);
    writeObject(config, folder.resolve(RunTokenizer.CONFIG));
    Durable.writeText(folder.resolve(RunTokenizer.CHAT_TEMPLATE), template);
  }

  private void writeGenerationConfig(Path base, Path folder) throws IOException {
    ObjectNode config = readObject(base.resolve(GENERATION_CONFIG));
    List<String> stopping = plan.objective().textFormat().stoppingSequences();
    if (!stopping.isEmpty()) {
      stopping.forEach(config.putArray("stop_strings")::add);
    }
    writeObject(config, folder.resolve(GENERATION_CONFIG));
  }

  private static ObjectNode readObject(Path file) throws IOException {
    return Files.isRegularFile(file)
        ? JSON.readValue(file.toFile(), ObjectNode.class)
        : JSON.createObjectNode();
  }

  private static void writeObject(ObjectNode object, Path file) throws IOException {
    Durable.writeText(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(object));
  }

  private static void copyAll(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
