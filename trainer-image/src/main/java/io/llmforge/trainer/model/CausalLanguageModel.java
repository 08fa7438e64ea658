package io.llmforge.trainer.model;

import io.llmforge.trainer.checkpoint.AdapterConfig;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.PeftAdapter;
import io.llmforge.trainer.loss.CrossEntropy;
import io.llmforge.trainer.loss.OutputHead;
import io.llmforge.trainer.loss.SequenceLoss;
import io.llmforge.trainer.loss.SequenceScore;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A decoder under training, loaded from a Hugging Face folder. It computes in the precision that
 * its options name; what is trained, gradient sums, norms, logits and losses are float32 always.
 *
 * <p>A step of training is: {@link #accumulate} for each micro-batch, then the optimizer over
 * {@link #trainables}, then its {@code clearGradients}.
 */
public final class CausalLanguageModel implements AutoCloseable {

  private final TorchRuntime runtime;
  private final TensorScope scope;
  private final DecoderDescription description;
  private final Tuning tuning;
  private final Precision precision;
  private final DecoderParameters parameters;
  private final Vocabulary vocabulary;
  private Decoder decoder;
  private final ModelExport export;

  private CausalLanguageModel(
      TorchRuntime runtime,
      TensorScope scope,
      Vocabulary vocabulary,
      LoadedModel loaded,
      ModelOptions options) {
    this.runtime = runtime;
    this.vocabulary = vocabulary;
    this.scope = scope;
    this.description = loaded.description();
    this.tuning = loaded.tuning();
    this.precision = options.precision();
    this.parameters = loaded.parameters();
    var program = new DecoderProgram(runtime, description, AttentionKernel.FUSED, precision);
    var head = parameters.head(description, scope);
    this.decoder =
        new Decoder(
            program,
            new CrossEntropy(runtime),
            parameters,
            new OutputHead(head.weights(), head.gradients(), rowsPerChunk(description, options)),
            ActivationPlan.of(description, options));
    this.export = new ModelExport(runtime, program, loaded);
  }

  /** With the vocabulary that the folder has. */
  public static CausalLanguageModel load(
      TorchRuntime runtime, Path modelFolder, Tuning tuning, long seed, ModelOptions options) {
    return load(runtime, StartingWeights.of(modelFolder), tuning, seed, options);
  }

  /**
   * Reads {@code config.json} and the weights.
   *
   * @param seed of new adapters' values
   * @throws UnsupportedModelException when the model asks for what this trainer does not do
   * @throws ModelFormatException when the folder contradicts itself
   * @throws io.llmforge.trainer.checkpoint.TensorFileException when a weight file is missing or
   *     corrupt
   * @throws AdapterTargetException when LoRA targets name no module, or keep rows frozen that are
   *     to be trained
   */
  public static CausalLanguageModel load(
      TorchRuntime runtime,
      StartingWeights weights,
      Tuning tuning,
      long seed,
      ModelOptions options) {
    var scope = runtime.openScope();
    try {
      var vocabulary = new Vocabulary(runtime, weights.vocabulary());
      var loaded =
          LoadedModel.read(
              weights, vocabulary, tuning, seed, new WeightMemory(scope, options.precision()));
      return new CausalLanguageModel(runtime, scope, vocabulary, loaded, options);
    } catch (RuntimeException failure) {
      scope.close();
      throw failure;
    }
  }

  /**
   * Adds the gradient of {@code sum(nll) / lossDivisor} to the gradient sums. A model of experts
   * whose configuration asks for it ({@code output_router_logits}) adds the gradient of the loss
   * that balances them, times {@code router_aux_loss_coef} and this micro-batch's share of the
   * window's targets, so that a window counts it once however it is split.
   *
   * @param lossDivisor targets of the whole accumulation window, over all micro-batches and ranks
   * @return the sum of the negative log-likelihood over this micro-batch's targets, undivided
   */
  public double accumulate(PackedTokens tokens, double lossDivisor, DropoutKey dropout) {
    return losses(tokens, lossDivisor, dropout).negativeLogLikelihood();
  }

  /** {@link #accumulate}, and what it does not return. */
  RowLoss losses(PackedTokens tokens, double lossDivisor, DropoutKey dropout) {
    if (!(lossDivisor > 0)) {
      throw new IllegalArgumentException("lossDivisor must be positive, was " + lossDivisor);
    }
    requireKnown(tokens);
    if (tokens.targetCount() == 0) {
      return RowLoss.ZERO;
    }
    vocabulary.replace(parameters.trainedRows());
    try (var step = runtime.openScope()) {
      return decoder.accumulate(tokens, 1 / lossDivisor, rowDropout(dropout), step);
    }
  }

  /**
   * Adds the gradient of a loss that depends on the log-probabilities of whole segments, with one
   * pass forward and one back. A loss that balances experts, as {@link #accumulate(PackedTokens,
   * double, DropoutKey)} has it, is added too.
   *
   * @param loss gets what the segments are to the model, in their order
   * @param share of the step's rows that this micro-batch is, in (0, 1]
   * @return what the loss got
   */
  public List<SequenceScore> accumulate(
      PackedTokens tokens, SequenceLoss loss, double share, DropoutKey dropout) {
    requireKnown(tokens);
    requireTargets(tokens);
    vocabulary.replace(parameters.trainedRows());
    try (var step = runtime.openScope()) {
      return decoder.accumulate(tokens, loss, share, rowDropout(dropout), step);
    }
  }

  /** What the targets of each segment are to the model, without dropout and without gradients. */
  public List<SequenceScore> sequenceScores(PackedTokens tokens) {
    requireKnown(tokens);
    requireTargets(tokens);
    vocabulary.replace(parameters.trainedRows());
    try (var step = runtime.openScope()) {
      return decoder.sequenceScores(tokens, step);
    }
  }

  /** Without dropout and without gradients. */
  public EvaluationSum evaluate(PackedTokens tokens) {
    requireKnown(tokens);
    if (tokens.targetCount() == 0) {
      return EvaluationSum.ZERO;
    }
    vocabulary.replace(parameters.trainedRows());
    try (var step = runtime.openScope()) {
      return decoder.evaluate(tokens, step);
    }
  }

  /**
   * What the model thinks of some tokens wherever it predicts a target, without dropout: their
   * logits, and the log-sum-exp of the whole vocabulary's, which makes probabilities of them.
   *
   * @param candidates token ids
   */
  public TokenScores scores(PackedTokens tokens, int... candidates) {
    requireKnown(tokens);
    requireKnown("candidate", candidates);
    vocabulary.replace(parameters.trainedRows());
    try (var step = runtime.openScope()) {
      return new TokenScores(
          candidates.length, decoder.scores(tokens, candidates, step).toFloats());
    }
  }

  /** Logits [rows, vocabulary] at {@code rows} of the packed row, row-major, without dropout. */
  public float[] logits(PackedTokens tokens, int... rows) {
    requireKnown(tokens);
    vocabulary.replace(parameters.trainedRows());
    try (var step = runtime.openScope()) {
      return decoder.logits(tokens, rows, step).toFloats();
    }
  }

  /**
   * Goes on with other budgets of memory; results differ by rounding alone.
   *
   * @throws IllegalArgumentException when the options name another precision
   */
  public void use(ModelOptions options) {
    if (options.precision() != precision) {
      throw new IllegalArgumentException(
          "the model was loaded in %s, not in %s"
              .formatted(precision.text(), options.precision().text()));
    }
    decoder =
        decoder.with(rowsPerChunk(description, options), ActivationPlan.of(description, options));
  }

  public TrainableParameters trainables() {
    return new TrainableParameters(parameters.trained());
  }

  /** In what numbers the model computes. */
  public Precision precision() {
    return precision;
  }

  public int vocabularySize() {
    return description.vocabularySize();
  }

  /** The type the model's weights came in, and in which {@link #writeModel} should write them. */
  public ElementType storedType() {
    return export.storedType();
  }

  /**
   * Writes the adapter as PEFT does: its configuration and its weights.
   *
   * @param baseModel the name under which users find the base model
   */
  public void writeAdapter(Path folder, String baseModel) {
    if (!(tuning instanceof Tuning.Lora lora)) {
      throw new IllegalStateException("a model trained in full has no adapter");
    }
    var targets =
        switch (lora.targets()) {
          case Tuning.LoraTargets.Pattern pattern ->
              new AdapterConfig.Targets.Expression(pattern.regularExpression());
          case Tuning.LoraTargets.Names names -> new AdapterConfig.Targets.Suffixes(names.names());
          case Tuning.LoraTargets.AllLinear all -> ofAdapted();
          case Tuning.LoraTargets.FamilyDefault family -> ofAdapted();
        };
    var config =
        new AdapterConfig(
            baseModel, lora.rank(), lora.alpha(), lora.dropout(), lora.rankStabilised(), targets);
    PeftAdapter.write(
        folder,
        config.withTrainedTokens(trainedTokens()).withDetails(lora.details()),
        trainables().values());
  }

  private AdapterConfig.Targets ofAdapted() {
    return new AdapterConfig.Targets.Suffixes(AdapterTargets.suffixes(parameters.adaptedModules()));
  }

  /** Of a tied model PEFT trains the head's with the embedding's when that alone is named. */
  private Map<String, List<Integer>> trainedTokens() {
    var tokens = new TreeMap<String, List<Integer>>();
    for (var rows : parameters.trainedRows()) {
      tokens.put(rows.module().substring(rows.module().lastIndexOf('.') + 1), rows.tokens());
    }
    return tokens;
  }

  /**
   * Writes a Hugging Face model: {@code config.json}, {@code generation_config.json} when the base
   * has one, and the weights with adapters merged. A tied head that an adapter moved away from its
   * embedding is untied. Tokenizer files are not the model's and not written.
   */
  public void writeModel(Path folder, ElementType type) {
    vocabulary.replace(parameters.trainedRows());
    export.write(folder, type);
  }

  private void requireKnown(PackedTokens tokens) {
    requireKnown("token", tokens.tokenIds());
    requireKnown("label", tokens.targets());
  }

  private void requireKnown(String what, int[] ids) {
    for (var id : ids) {
      if (id < 0 || id >= vocabularySize()) {
        throw new IllegalArgumentException(
            "%s %d is not in the model's vocabulary of %d".formatted(what, id, vocabularySize()));
      }
    }
  }

  private static void requireTargets(PackedTokens tokens) {
    if (Arrays.stream(tokens.targetsPerSegment()).anyMatch(count -> count == 0)) {
      throw new IllegalArgumentException("a segment without targets has no log-probability");
    }
  }

  private RowDropout rowDropout(DropoutKey key) {
    return new RowDropout(tuning instanceof Tuning.Lora lora ? lora.dropout() : 0, key);
  }

  private static int rowsPerChunk(DecoderDescription decoder, ModelOptions options) {
    var bytesPerRow = (long) Float.BYTES * decoder.vocabularySize();
    return Math.clamp(options.logitsBytes() / bytesPerRow, 1, Integer.MAX_VALUE);
  }

  @Override
  public void close() {
    scope.close();
  }
}
