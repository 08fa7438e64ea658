package io.llmforge.trainer.recipe;

import static io.llmforge.trainer.recipe.CardText.code;
import static io.llmforge.trainer.recipe.CardText.number;
import static io.llmforge.trainer.recipe.CardText.quoted;
import static io.llmforge.trainer.recipe.CardText.table;

import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.Objective;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.Tuning;
import io.llmforge.trainer.data.FileSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code README.md} of what is published, in the form of Hugging Face's model cards: metadata as
 * YAML, then what was trained on what, how, and with what result. The same run gives the same card;
 * a licence is for people to choose.
 *
 * @param resolved the plan with all its numbers
 * @param metrics of the checkpoint that is published
 * @param step of that checkpoint
 * @param plots names of pictures beside the card
 */
record ModelCard(ResolvedPlan resolved, List<Metric> metrics, long step, List<String> plots) {

  static final String FILE = "README.md";

  ModelCard {
    metrics = List.copyOf(metrics);
    plots = List.copyOf(plots);
  }

  String text() {
    List<String> parts = new ArrayList<>();
    parts.add(frontMatter());
    parts.add("# " + plan().run().name());
    parts.add(introduction());
    parts.add("## Use\n\n" + use());
    parts.add("## Data\n\n" + data());
    parts.add("## Training\n\n" + training());
    parts.add("## Result\n\n" + result());
    plots.forEach(plot -> parts.add("![%s](%s)".formatted(plot, plot)));
    return parts.stream().map(String::strip).collect(Collectors.joining("\n\n", "", "\n"));
  }

  private TrainingPlan plan() {
    return resolved.plan();
  }

  private String frontMatter() {
    List<String> lines = new ArrayList<>();
    lines.add("---");
    hubModel()
        .ifPresent(
            model -> {
              lines.add("base_model: " + quoted(model));
              lines.add(
                  "base_model_relation: "
                      + switch (PublishedForm.of(plan())) {
                        case ADAPTER -> "adapter";
                        case MODEL, MERGED_MODEL -> "finetune";
                      });
            });
    lines.add("library_name: " + library());
    lines.add("pipeline_tag: text-generation");
    lines.add("tags:");
    tags().forEach(tag -> lines.add("- " + tag));
    lines.add("training_data:");
    resolved
        .files()
        .forEach(
            file -> {
              lines.add("- use: " + lower(file.use()));
              lines.add("  location: " + quoted(file.location()));
              lines.add("  sha256: " + quoted(file.sha256()));
            });
    lines.add("---");
    return String.join("\n", lines);
  }

  /** The Hub knows models by their ids only; a folder of a volume is none. */
  private Optional<String> hubModel() {
    return plan().model().base() instanceof Location.HubModel model
        ? Optional.of(model.repository())
        : Optional.empty();
  }

  private String library() {
    return switch (PublishedForm.of(plan())) {
      case ADAPTER -> "peft";
      case MODEL, MERGED_MODEL -> "transformers";
    };
  }

  private List<String> tags() {
    String tuning =
        switch (plan().tuning()) {
          case Tuning.Lora ignored -> "lora";
          case Tuning.FullParameter ignored -> "full-parameter";
        };
    return List.of("llmforge", task().replace('_', '-'), tuning);
  }

  private String task() {
    return switch (plan().objective()) {
      case Objective.CausalLm ignored -> "causal_lm";
      case Objective.InstructionTuning ignored -> "instruction_tuning";
      case Objective.Classification ignored -> "classification";
      case Objective.PreferenceTuning ignored -> "preference_tuning";
    };
  }

  private String introduction() {
    String what =
        switch (PublishedForm.of(plan())) {
          case ADAPTER -> "A LoRA adapter for %s.";
          case MODEL -> "%s, every weight of it trained.";
          case MERGED_MODEL ->
              "%s with a LoRA adapter merged into it; the adapter lies in `adapter/`.";
        };
    return what.formatted(code(plan().model().modelId()))
        + " Trained by LLMForge as run %d of %s, task %s."
            .formatted(
                plan().run().number(),
                code(plan().run().namespace() + "/" + plan().run().name()),
                code(task()));
  }

  private String use() {
    String load =
        switch (PublishedForm.of(plan())) {
          case ADAPTER ->
              """
              from peft import AutoPeftModelForCausalLM

              model = AutoPeftModelForCausalLM.from_pretrained(FOLDER)\
              """;
          case MODEL, MERGED_MODEL ->
              """
              from transformers import AutoModelForCausalLM

              model = AutoModelForCausalLM.from_pretrained(FOLDER)\
              """;
        };
    return """
    ```python
    from transformers import AutoTokenizer
    %s
    tokenizer = AutoTokenizer.from_pretrained(FOLDER)
    ```

    The tokenizer's chat template renders messages as they were rendered in training.\
    """
        .formatted(load);
  }

  private String data() {
    List<List<String>> rows = new ArrayList<>();
    for (DataFile file : resolved.files()) {
      Optional<FileSummary> summary =
          switch (file.use()) {
            case TRAINING -> Optional.of(resolved.rows().train());
            case VALIDATION -> Optional.ofNullable(resolved.rows().validation());
          };
      rows.add(
          List.of(
              lower(file.use()),
              code(file.location()),
              summary.map(known -> Integer.toString(known.uncut().rows())).orElse(""),
              summary.map(known -> Long.toString(known.uncut().tokens())).orElse(""),
              summary.map(known -> Long.toString(known.targets())).orElse(""),
              code(file.sha256())));
    }
    return table(List.of("use", "file", "rows", "tokens", "learned tokens", "SHA-256"), rows);
  }

  private String training() {
    ResolvedPlan.Decided decided = resolved.decided();
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("tuning", tuning()));
    rows.add(List.of("learning rate", number(plan().optimizer().learningRate())));
    rows.add(
        List.of(
            "schedule",
            "%s, %d warm-up steps"
                .formatted(
                    lower(plan().optimizer().schedule()), plan().optimizer().warmupSteps())));
    rows.add(List.of("weight decay", number(plan().optimizer().weightDecay())));
    rows.add(List.of("largest gradient norm", number(plan().optimizer().maximumGradientNorm())));
    rows.add(List.of("context length", Integer.toString(decided.contextLength())));
    rows.add(List.of("rows per step", Integer.toString(decided.rowsPerStep())));
    rows.add(
        List.of(
            "steps", "%d in %s epochs".formatted(decided.totalSteps(), number(decided.epochs()))));
    rows.add(List.of("precision", decided.computesIn()));
    rows.add(List.of("seed", Long.toString(plan().seed())));
    return table(List.of("setting", "value"), rows)
        + "\n"
        + "The whole plan is in `training_plan.json`, with the numbers that data and device decided"
        + " in `resolved_plan.json`.";
  }

  private String tuning() {
    return switch (plan().tuning()) {
      case Tuning.FullParameter ignored -> "full parameter";
      case Tuning.Lora lora ->
          "LoRA, rank %d, alpha %s, dropout %s"
              .formatted(lora.rank(), number(lora.alpha()), number(lora.dropout()));
    };
  }

  private String result() {
    List<List<String>> rows =
        metrics.stream()
            .map(
                metric ->
                    List.of(
                        code(metric.name()),
                        number(metric.value()),
                        number(metric.first()),
                        "%s at step %d".formatted(number(metric.best()), metric.bestStep())))
            .toList();
    return "The checkpoint of step %d. Every step and evaluation is in `metrics.jsonl`, and below `runs/` for TensorBoard.\n\n"
            .formatted(step)
        + table(List.of("metric", "value", "first", "best until then"), rows);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
