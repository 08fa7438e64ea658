package io.llmforge.trainer.model;

import io.llmforge.trainer.loss.CrossEntropy;
import io.llmforge.trainer.loss.OutputHead;
import io.llmforge.trainer.loss.SequenceLoss;
import io.llmforge.trainer.loss.SequenceScore;
import io.llmforge.trainer.model.DecoderProgram.LayerResult;
import io.llmforge.trainer.model.DecoderProgram.NormedRows;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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
    var passage = new Passage(tokens, dropout, scope);
    var result = loss.gradient(passage.rows(), weight, head, headDropout(dropout), scope);
    var balancing = passage.back(result.hiddenGradient(), weight * tokens.targetCount());
    return new RowLoss(result.negativeLogLikelihood(), balancing);
  }

  /**
   * Adds the gradient of a loss that depends on whole segments to all gradients.
   *
   * @param share of the step that this micro-batch is, for a loss that balances experts
   */
  List<SequenceScore> accumulate(
      PackedTokens tokens,
      SequenceLoss sequenceLoss,
      double share,
      RowDropout dropout,
      TensorScope scope) {
    var passage = new Passage(tokens, dropout, scope);
    var ofHead = headDropout(dropout);
    var likelihoods = loss.likelihoodsToWeigh(passage.rows(), head, ofHead, scope);
    var scores = likelihoods.ofSequences(tokens.targetsPerSegment());
    // Rows are weighed by the derivative of the loss by their nll, which is minus their log p.
    var derivatives = sequenceLoss.gradients(scores);
    var weights = tokens.ofTargets(Arrays.stream(derivatives).map(value -> -value).toArray());
    var weighted = new CrossEntropy.Weighted(likelihoods, weights);
    var gradient = loss.weightedGradient(passage.rows(), weighted, head, ofHead, scope);
    scope.release(likelihoods.keptLogits());
    passage.back(gradient, share);
    return scores;
  }

  /** What the targets of each segment are to the model. */
  List<SequenceScore> sequenceScores(PackedTokens tokens, TensorScope scope) {
    var normed = finalNorm(hidden(tokens, scope), tokens.targetRows(), scope);
    var rows = new CrossEntropy.Rows(normed.hidden(), scope.integers(tokens.targets()));
    return loss.likelihoods(rows, head, scope).ofSequences(tokens.targetsPerSegment());
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

  private CrossEntropy.Dropout headDropout(RowDropout dropout) {
    return new CrossEntropy.Dropout(dropout.probability(), dropout.layerSeed(headLayer));
  }

  /** A row's way through the layers to what predicts its targets, and back. */
  private final class Passage {

    private final TensorScope scope;
    private final Row row;
    private final Optional<ExpertBalance> balance;
    private final List<ParameterGroup> groups;
    private final List<LayerResult> passed;
    private final NormedRows normed;
    private final CrossEntropy.Rows rows;

    Passage(PackedTokens tokens, RowDropout dropout, TensorScope scope) {
      this.scope = scope;
      this.row = program.row(tokens, dropout, scope);
      this.balance = ExpertBalance.of(program.description(), scope);
      this.groups = balance.map(b -> b.watch(program.description(), layers)).orElse(layers);
      this.passed = forward(row, groups, scope);
      this.normed = finalNorm(passed.getLast().output(), tokens.targetRows(), scope);
      this.rows = new CrossEntropy.Rows(normed.hidden(), scope.integers(tokens.targets()));
    }

    CrossEntropy.Rows rows() {
      return rows;
    }

    /**
     * Adds to all gradients, and ends the passage.
     *
     * @param gradient [R, C], of the rows
     * @param share of the step that this row is
     * @return the loss that balances experts, 0 when there is none
     */
    double back(Tensor gradient, double share) {
      var ofLayers = program.finalNormBackward(gradient, normed, finalNorm, scope);
      scope.release(List.of(gradient, normed.hidden(), normed.inputs()));
      var factor = program.description().routerLoss() * share;
      var balancing =
          balance
              .map(b -> program.balancingLoss(b, row.tokens().length(), factor, scope))
              .orElse(0.0);
      backward(row, groups, passed, ofLayers, scope);
      return balancing;
    }
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
