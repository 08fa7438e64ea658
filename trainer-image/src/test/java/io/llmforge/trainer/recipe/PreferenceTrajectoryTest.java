package io.llmforge.trainer.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.checkpoint.ReferenceScore;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.data.TokenRow;
import io.llmforge.trainer.loss.PreferenceLoss;
import io.llmforge.trainer.model.CausalLanguageModel;
import io.llmforge.trainer.model.ModelOptions;
import io.llmforge.trainer.model.ReferenceCase;
import io.llmforge.trainer.model.Tuning;
import io.llmforge.trainer.optim.AdamW;
import io.llmforge.trainer.optim.LearningRateSchedule;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ten steps of DPO against TRL with the same precomputed reference; every metric it logs. */
class PreferenceTrajectoryTest {

  private static final double BOUND = 1e-4;
  private static final double FIRST_LOSS_BOUND = 1e-6;

  /** The first step's learning rate is 0, so the second's loss is measured before any change. */
  private static final int FIRST_CHANGED = 2;

  /** What TRL logs and a task does not measure. */
  private static final List<String> OTHERS =
      List.of("loss", "grad_norm", "learning_rate", "num_tokens", "epoch", "step");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"full", "lora"})
  void tenStepsFollowTheReference(String name) throws IOException {
    var agreement = new Agreement(GoldenTest.PREFERENCE_TRAJECTORY, "ten steps, " + name);
    follow(agreement, name, score -> score);
    agreement.check();
  }

  @Test
  void aReferenceWithItsSidesSwappedIsCaught() throws IOException {
    var agreement = new Agreement(GoldenTest.PREFERENCE_TRAJECTORY, "reference's sides swapped");
    follow(
        agreement,
        "lora",
        score ->
            new ReferenceScore(
                score.pair(),
                score.rejected(),
                score.chosen(),
                score.chosenTargets(),
                score.rejectedTargets()));
    agreement.checkCaught(100);
  }

  private void follow(Agreement agreement, String name, UnaryOperator<ReferenceScore> reference)
      throws IOException {
    var expected = ReferenceCase.read(ReferenceCase.folder("preferences", "trajectory", name));
    var settings = expected.json().path("settings");
    var train = sequences(expected.json().path("train"));
    var valid = sequences(expected.json().path("valid"));
    var task =
        new PreferencePairs(
            new PreferenceLoss.Sigmoid(settings.path("beta").asDouble(), 0),
            written(references(expected, train, valid, reference)));
    var schedule =
        new LearningRateSchedule(
            LearningRateSchedule.Shape.COSINE,
            settings.path("learning_rate").asDouble(),
            settings.path("warmup_steps").asInt(),
            settings.path("max_steps").asInt());
    try (var runtime = TorchRuntime.start();
        var model = load(runtime, expected, name);
        var optimizer =
            new AdamW(runtime, model.trainables().tensors(), AdamW.Settings.withWeightDecay(0))) {
      var perStep = 2 * settings.path("per_device_train_batch_size").asInt();
      var perEvaluation = 2 * settings.path("per_device_eval_batch_size").asInt();
      var steps = expected.json().path("steps");
      var evaluations = expected.json().path("evaluations").iterator();
      for (var step = 0; step < steps.size(); step++) {
        var logged = steps.get(step);
        var first = step * perStep % train.size();
        var rate = schedule.at(step);
        optimizer.clearGradients();
        // Pair by pair: a step is the same however it is cut.
        var share = share(step, train.subList(first, first + perStep));
        var measured = task.measured(share, List.of(task.accumulate(model, share)));
        var norm = optimizer.clipGradients(settings.path("max_grad_norm").asDouble());
        optimizer.step(rate);

        var at = "step %d, ".formatted(step + 1);
        add(agreement, at + "loss", measured.loss(), logged.path("loss"));
        add(agreement, at + "grad_norm", norm, logged.path("grad_norm"));
        add(agreement, at + "learning_rate", rate, logged.path("learning_rate"));
        addMetrics(agreement, at, "", measured.metrics(), logged);
        if (step == 0) {
          agreement.addError(
              "the first loss is ln 2", Math.abs(measured.loss() - Math.log(2)), FIRST_LOSS_BOUND);
        }
        if ((step + 1) % 5 == 0) {
          var evaluation = evaluations.next();
          var means = means(task, model, parts(valid, perEvaluation));
          var loss = means.remove("loss");
          add(agreement, at + "eval_loss", loss, evaluation.path("eval_loss"));
          addMetrics(agreement, at, "eval_", means, evaluation);
        }
      }
    }
  }

  private static StepShare share(int step, List<TokenRow> rows) {
    var pairs = parts(rows, 2);
    var microBatches =
        IntStream.range(0, pairs.size())
            .mapToObj(number -> new StepShare.MicroBatch(number, pairs.get(number)))
            .toList();
    var targets = rows.stream().mapToLong(TokenRow::targets).sum();
    return new StepShare(new StepShare.StepKey(0, step), microBatches, targets, rows.size());
  }

  // Absolute below 1: rewards begin at zero.
  private static void add(Agreement agreement, String what, double actual, JsonNode expected) {
    var value = expected.asDouble();
    agreement.addError(what, Math.abs(actual - value) / Math.max(1, Math.abs(value)), BOUND);
  }

  private static void addMetrics(
      Agreement agreement, String at, String prefix, Map<String, Double> metrics, JsonNode logged) {
    logged
        .properties()
        .forEach(
            entry -> {
              var name =
                  entry
                      .getKey()
                      .substring(
                          prefix.isEmpty() || !entry.getKey().startsWith(prefix)
                              ? 0
                              : prefix.length());
              if (!OTHERS.contains(name) && !isTie(name, logged)) {
                var actual = metrics.get(name);
                if (actual == null) {
                  throw new AssertionError("TRL logs " + name + ", which is not measured here");
                }
                add(agreement, at + prefix + name, actual, entry.getValue());
              }
            });
  }

  // Of a model that still is its reference, rounding alone says which answer has the higher reward.
  private static boolean isTie(String name, JsonNode logged) {
    return name.equals("rewards/accuracies") && logged.path("step").asInt() <= FIRST_CHANGED;
  }

  /** TRL gives the mean over evaluation batches, of each batch's metrics. */
  private static Map<String, Double> means(
      PreferencePairs task, CausalLanguageModel model, List<List<TokenRow>> batches) {
    var sums = new HashMap<String, Double>();
    for (var batch : batches) {
      var measured = task.evaluate(model, List.of(batch), () -> false).orElseThrow();
      sums.merge("loss", measured.loss() / batches.size(), Double::sum);
      measured
          .metrics()
          .forEach((name, value) -> sums.merge(name, value / batches.size(), Double::sum));
    }
    return sums;
  }

  private static List<List<TokenRow>> parts(List<TokenRow> rows, int size) {
    var parts = new ArrayList<List<TokenRow>>();
    for (var first = 0; first < rows.size(); first += size) {
      parts.add(rows.subList(first, first + size));
    }
    return parts;
  }

  private static List<TokenRow> sequences(JsonNode pairs) {
    var rows = new ArrayList<TokenRow>();
    for (var pair : pairs) {
      for (var side : List.of("chosen_ids", "rejected_ids")) {
        var prompt = integers(pair.path("prompt_ids"));
        var tokens = new ArrayList<>(prompt);
        tokens.addAll(integers(pair.path(side)));
        var trained = new BitSet();
        trained.set(prompt.size(), tokens.size());
        rows.add(
            new TokenRow(
                rows.size() / 2 + 1, tokens.stream().mapToInt(token -> token).toArray(), trained));
      }
    }
    return rows;
  }

  private static Map<String, ReferenceScore> references(
      ReferenceCase expected,
      List<TokenRow> train,
      List<TokenRow> valid,
      UnaryOperator<ReferenceScore> reference) {
    var scores = new HashMap<String, ReferenceScore>();
    addReferences(scores, expected.json().path("train"), train, reference);
    addReferences(scores, expected.json().path("valid"), valid, reference);
    return scores;
  }

  private PairScores written(Map<String, ReferenceScore> scores) throws IOException {
    var reference = new ReferenceFolder(folder);
    reference.append(0, List.copyOf(scores.values()));
    reference.markDone(0, 1);
    return new PairScores(reference, 1, scores.keySet());
  }

  private static void addReferences(
      Map<String, ReferenceScore> scores,
      JsonNode pairs,
      List<TokenRow> rows,
      UnaryOperator<ReferenceScore> reference) {
    for (var pair = 0; pair < pairs.size(); pair++) {
      var chosen = rows.get(2 * pair);
      var rejected = rows.get(2 * pair + 1);
      var digest = ReferenceScores.digest(chosen, rejected);
      scores.put(
          digest,
          reference.apply(
              new ReferenceScore(
                  digest,
                  pairs.get(pair).path("ref_chosen_logps").asDouble(),
                  pairs.get(pair).path("ref_rejected_logps").asDouble(),
                  chosen.targets(),
                  rejected.targets())));
    }
  }

  private static CausalLanguageModel load(
      TorchRuntime runtime, ReferenceCase expected, String name) {
    var tuning =
        name.equals("full")
            ? new Tuning.FullParameter()
            : new Tuning.Lora(4, 8, 0, new Tuning.LoraTargets.AllLinear(), false);
    var folder = ReferenceCase.folder("models", expected.json().path("base").asText());
    var model = CausalLanguageModel.load(runtime, folder, tuning, 1, ModelOptions.defaults());
    expected.startIn(model);
    return model;
  }

  private static List<Integer> integers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asInt).toList();
  }
}
