package io.llmforge.cli.estimate;

import io.llmforge.cli.run.Installation;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingEstimate;
import io.llmforge.crds.plan.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The trainer, asked instead of started.
 *
 * @param memoryBytes memory to plan with; empty takes that of this machine's device
 * @param measuredSteps steps to make and throw away; 0 measures nothing
 */
public record TrainerEstimate(
    Installation installation, OptionalLong memoryBytes, int measuredSteps) {

  private static final String PLAN = "plan.json";
  private static final String LOG = "trainer.log";

  /**
   * Asks.
   *
   * @param scratch a folder of its own, left to the caller to delete
   */
  public TrainingEstimate of(TrainingPlan plan, ClaimFolders claims, Path scratch)
      throws IOException, InterruptedException, EstimateException {
    var folders = claims.of(plan, scratch);
    var workspace = Files.createDirectories(scratch.resolve("workspace"));
    Files.writeString(scratch.resolve(PLAN), PlanJson.write(plan));
    var log = scratch.resolve(LOG);
    var builder =
        new ProcessBuilder(command(scratch.resolve(PLAN), workspace, folders))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(PodContract.NATIVE_ENVIRONMENT);
    var process = builder.start();
    int exitCode;
    try {
      exitCode = process.waitFor();
    } finally {
      process.destroy();
    }
    if (exitCode != 0) {
      var lines = Files.readAllLines(log);
      throw new EstimateException(
          lines.isEmpty() ? "the trainer ended without a word" : lines.getLast(), exitCode);
    }
    return PlanJson.read(
        Files.readString(workspace.resolve(PodContract.ESTIMATE_FILE)), TrainingEstimate.class);
  }

  private List<String> command(Path plan, Path workspace, Map<String, Path> folders) {
    List<String> words = new ArrayList<>();
    words.add(installation.java().toString());
    words.add("--enable-native-access=ALL-UNNAMED");
    words.add("-Dai.djl.offline=true");
    words.add("-cp");
    words.add(installation.trainerLibraries() + "/*");
    words.add("io.llmforge.trainer.Trainer");
    words.add(PodContract.ESTIMATE_COMMAND);
    words.add(PodContract.PLAN_ARGUMENT + plan);
    words.add(PodContract.WORKSPACE_ARGUMENT + workspace);
    folders.forEach(
        (claim, folder) ->
            words.add(PodContract.VOLUME_ARGUMENT + claim + "=" + folder.toAbsolutePath()));
    memoryBytes.ifPresent(bytes -> words.add(PodContract.MEMORY_ARGUMENT + bytes));
    if (measuredSteps > 0) {
      words.add(PodContract.MEASURED_STEPS_ARGUMENT + measuredSteps);
    }
    return words;
  }
}
