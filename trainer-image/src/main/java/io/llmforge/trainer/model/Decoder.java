package io.llmforge.trainer.model;

import io.llmforge.trainer.loss.CrossEntropy;
import io.llmforge.trainer.loss.OutputHead;
import io.llmforge.trainer.model.DecoderProgram.LayerResult;
import io.llmforge.trainer.model.DecoderProgram.NormedRows;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a decoder layer by layer, forward and back. The last layers keep what their backward pass
 * needs as long as the budget lasts; the others keep their input and are computed again.
 */
final class Decoder {

  /** The head counts as one more layer when dropout masks are drawn. */
  private final int headLayer;

  private final DecoderProgram program;
  private final CrossEntropy loss;
  private final ParameterGroup embedding;
  private final List<ParameterGroup> layers;
  private final ParameterGroup finalNorm;
  private final OutputHead head;
  private final ActivationPlan activations;

  Decoder(
      DecoderProgram program,
      CrossEntropy loss,
      DecoderParameters parameters,
      OutputHead head,
      ActivationPlan activations) {
    this.program = program;
    this.loss = loss;
    this.embedding = parameters.embedding();
    this.layers = parameters.layers(program.description());
    this.finalNorm = parameters.finalNorm();
    this.head = head;
    this.activations = activations;
    this.headLayer = layers.size();
  }

  private Decoder(Decoder other, OutputHead head, ActivationPlan activations) {
    this.program = other.program;
    this.loss = other.loss;
    this.embedding = other.embedding;
    this.layers = other.layers;
    this.finalNorm = other.finalNorm;
    this.head = head;
    this.activations = activations;
    this.headLayer = other.headLayer;
  }

  /** The same decoder with other budgets of memory. */
  Decoder with(int rowsPerChunk, ActivationPlan otherActivations) {
    return new Decoder(
        this, new OutputHead(head.weights(), head.gradients(), rowsPerChunk), otherActivations);
  }

  /**
   * Adds the gradient of {@code weight * sum(nll)} to all gradients. A loss that balances experts
   * counts as much as the row's share of the targets.
   */
  RowLoss accumulate(PackedTokens tokens, double weight, RowDropout dropout, TensorScope scope) {
    var row = program.row(tokens, dropout, scope);
    var balance = ExpertBalance.of(program.description(), scope);
    var groups = balance.map(b -> b.watch(program.description(), layers)).orElse(layers);
    var passed = forward(row, groups, scope);
    var normed = finalNorm(passed.getLast().output(), tokens.targetRows(), scope);
    var targets = scope.integers(tokens.targets());
    var result =
        loss.gradient(
            new CrossEntropy.Rows(normed.hidden(), targets),
            weight,
            head,
            new CrossEntropy.Dropout(dropout.probability(), dropout.layerSeed(headLayer)),
            scope);
    var gradient = program.finalNormBackward(result.hiddenGradient(), normed, finalNorm, scope);
    scope.release(List.of(result.hiddenGradient(), normed.hidden(), normed.inputs()));
    var factor = program.description().routerLoss() * weight * tokens.targetCount();
    var balancing =
        balance.map(b -> program.balancingLoss(b, tokens.length(), factor, scope)).orElse(0.0);
    backward(row, groups, passed, gradient, scope);
    return new RowLoss(result.negativeLogLikelihood(), balancing);
  }

  EvaluationSum evaluate(PackedTokens tokens, TensorScope scope) {
    var normed = finalNorm(hidden(tokens, scope), tokens.targetRows(), scope);
    var targets = scope.integers(tokens.targets());
    var score = loss.evaluate(new CrossEntropy.Rows(normed.hidden(), targets), head, scope);
    return new EvaluationSum(score.negativeLogLikelihood(), tokens.targetCount(), score.correct());
  }

  /** [R, K + 1], one row for each target: the candidates' logits and log-sum-exp of all. */
  Tensor scores(PackedTokens tokens, int[] candidates, TensorScope scope) {
    var normed = finalNorm(hidden(tokens, scope), tokens.targetRows(), scope);
    return loss.scores(normed.hidden(), scope.integers(candidates), head, scope);
  }

  /** [R, V], one row for each of {@code rows}. */
  Tensor logits(PackedTokens tokens, int[] rows, TensorScope scope) {
    var normed = finalNorm(hidden(tokens, scope), rows, scope);
    return loss.logits(normed.hidden(), head, scope);
  }

  /** The embedding's output first, then every layer's. */
  private List<LayerResult> forward(Row row, List<ParameterGroup> groups, TensorScope scope) {
    var firstKept = activations.firstKeptLayer(row.tokens().length());
    var passed = new ArrayList<LayerResult>();
    passed.add(new LayerResult(program.embed(row, embedding, scope), List.of()));
    for (var number = 0; number < groups.size(); number++) {
      var input = passed.getLast().output();
      var result = program.layer(number, input, row, groups.get(number), scope);
      passed.add(number < firstKept ? withoutKept(result, scope) : result);
    }
    return passed;
  }

  private void backward(
      Row row,
      List<ParameterGroup> groups,
      List<LayerResult> passed,
      Tensor gradient,
      TensorScope scope) {
    var outputGradient = gradient;
    for (var number = groups.size() - 1; number >= 0; number--) {
      var input = passed.get(number).output();
      var group = groups.get(number);
      scope.release(List.of(passed.get(number + 1).output()));
      var kept = passed.get(number + 1).kept();
      if (kept.isEmpty()) {
        var again = program.layer(number, input, row, group, scope);
        scope.release(List.of(again.output()));
        kept = again.kept();
      }
      var inputGradient =
          program.layerBackward(number, outputGradient, new LayerInput(row, kept), group, scope);
      scope.release(kept);
      scope.release(List.of(outputGradient));
      outputGradient = inputGradient;
    }
    program.embedBackward(outputGradient, row, embedding);
  }

  /** The last layer's output [T, C], nothing kept on the way. */
  private Tensor hidden(PackedTokens tokens, TensorScope scope) {
    var row = program.row(tokens, RowDropout.NONE, scope);
    var hidden = program.embed(row, embedding, scope);
    for (var number = 0; number < layers.size(); number++) {
      var result = program.layer(number, hidden, row, layers.get(number), scope);
      scope.release(List.of(hidden));
      hidden = withoutKept(result, scope).output();
    }
    return hidden;
  }

  private NormedRows finalNorm(Tensor hidden, int[] rows, TensorScope scope) {
    return program.finalNorm(hidden, scope.integers(rows), finalNorm, scope);
  }

  private static LayerResult withoutKept(LayerResult result, TensorScope scope) {
    scope.release(result.kept());
    return new LayerResult(result.output(), List.of());
  }
}
