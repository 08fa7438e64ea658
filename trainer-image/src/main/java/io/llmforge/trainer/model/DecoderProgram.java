package io.llmforge.trainer.model;

import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.ProgramSource;
import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchCall;
import io.llmforge.trainer.torch.TorchProgram;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code decoder.py} with types: what each call takes and gives. {@code T} tokens, {@code C}
 * hidden.
 */
final class DecoderProgram {

  /** A layer's output [T, C], and what its backward pass wants kept. */
  record LayerResult(Tensor output, List<Tensor> kept) {}

  /**
   * Rows that went through the final norm.
   *
   * @param all [T, C], what the rows were chosen from
   * @param rows [R], which ones
   * @param hidden [R, C], normed
   * @param inputs [R, C]
   * @param factors [R, 1]
   */
  record NormedRows(Tensor all, Tensor rows, Tensor hidden, Tensor inputs, Tensor factors) {}

  private static final List<String> PARTS =
      List.of(
          "linear",
          "norm",
          "rotary",
          "attention",
          "fused_attention",
          "packed_attention",
          "feed_forward",
          "experts");
  private static final Optional<FeedForward.Weights> NORMALISED =
      Optional.of(FeedForward.Weights.NORMALISED);

  private final TorchProgram program;
  private final DecoderDescription decoder;

  DecoderProgram(
      TorchRuntime runtime,
      DecoderDescription decoder,
      AttentionKernel kernel,
      Precision precision) {
    this.program =
        runtime.load(
            new ProgramSource(
                DecoderProgram.class,
                "decoder",
                "Decoder",
                PARTS,
                settings(decoder, kernel, precision)));
    this.decoder = decoder;
  }

  /** What {@code decoder.py} declares. */
  private static Map<String, Object> settings(
      DecoderDescription decoder, AttentionKernel kernel, Precision precision) {
    var attention = decoder.attention();
    var factors = decoder.factors();
    var experts = decoder.experts();
    var isNormalised = experts.map(FeedForward.Experts::weights).equals(NORMALISED);
    return Map.ofEntries(
        Map.entry("query_heads", (long) attention.queryHeads()),
        Map.entry("key_value_heads", (long) attention.keyValueHeads()),
        Map.entry("head_size", (long) attention.headSize()),
        Map.entry("score_scale", attention.scores().scale()),
        Map.entry("score_cap", attention.scores().softCap()),
        Map.entry("fused_attention", kernel == AttentionKernel.FUSED),
        Map.entry("norm_epsilon", decoder.norms().epsilon()),
        Map.entry("norm_shift", decoder.norms().weightShift()),
        Map.entry("gelu", decoder.activation() == DecoderDescription.Activation.TANH_GELU),
        Map.entry("experts_per_token", experts.map(e -> (long) e.perToken()).orElse(0L)),
        Map.entry("expert_weights_normalised", isNormalised),
        Map.entry("embedding_factor", factors.embedding().with(typeOf(precision))),
        Map.entry("residual_factor", factors.residual()),
        Map.entry("logit_factor", factors.logits()));
  }

  private static ElementType typeOf(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> ElementType.F32;
      case BFLOAT16 -> ElementType.BF16;
    };
  }

  /**
   * An adapter's tensors: {@code s B A}.
   *
   * @param first A
   * @param second B
   * @param scale s, [1]
   */
  record LowRank(Tensor first, Tensor second, Tensor scale) {}

  DecoderDescription description() {
    return decoder;
  }

  /** Puts a row's tokens on the device and lays out its positions. */
  Row row(PackedTokens tokens, RowDropout dropout, TensorScope scope) {
    var segments = tokens.segmentLengths();
    var angles = decoder.rotary().stream().map(rotary -> angles(rotary, segments, scope)).toList();
    var ids = scope.integers(tokens.tokenIds());
    var boundaries = program.call("boundaries").withList(segments).with(ids).run(scope).getFirst();
    return new Row(tokens, ids, boundaries, angles, dropout);
  }

  private Row.Angles angles(RotaryPositions rotary, int[] segments, TensorScope scope) {
    var rotatedSize = decoder.attention().rotatedSize();
    var tables = rotary.tables(rotatedSize, segments);
    var results =
        program
            .call("angles")
            .withList(segments)
            .withList(tables.tableOfSegment())
            .with(scope.matrix(tables.rows()))
            .with(rotary.scale())
            .run(scope);
    return new Row.Angles(results.get(0), results.get(1));
  }

  Tensor embed(Row row, ParameterGroup group, TensorScope scope) {
    return program.call("embed").with(row.tokenIds()).with(group.weights()).run(scope).getFirst();
  }

  void embedBackward(Tensor gradient, Row row, ParameterGroup group) {
    program
        .call("embed_backward")
        .with(gradient)
        .with(row.tokenIds())
        .with((long) decoder.paddingToken().orElse(-1))
        .with(group.weights())
        .with(group.gradients())
        .run();
  }

  LayerResult layer(int number, Tensor input, Row row, ParameterGroup group, TensorScope scope) {
    var call = positions(program.call("layer").with(input), number, row).with(group.weights());
    var results = dropout(call, number, row).run(scope);
    return new LayerResult(results.getLast(), results.subList(0, results.size() - 1));
  }

  /** Adds to the group's gradients; gives the gradient of the layer's input. */
  Tensor layerBackward(
      int number, Tensor gradient, LayerInput input, ParameterGroup group, TensorScope scope) {
    var row = input.row();
    var call = program.call("layer_backward").with(gradient).with(input.kept());
    call = positions(call, number, row).with(group.weights()).with(group.gradients());
    return dropout(call, number, row).run(scope).getFirst();
  }

  /**
   * The loss that balances experts, of a row that has gone through all layers; its gradient, times
   * {@code factor}, is left in {@code balance} for the way back.
   */
  double balancingLoss(ExpertBalance balance, int tokens, double factor, TensorScope scope) {
    var layers =
        decoder.layers().stream()
            .filter(layer -> layer.feedForward() instanceof FeedForward.Experts)
            .count();
    return program
        .call("balancing_loss")
        .with(balance.statistics())
        .with(balance.gradient())
        .with(tokens * layers)
        .with(factor)
        .run(scope)
        .getFirst()
        .toDouble();
  }

  NormedRows finalNorm(Tensor input, Tensor rows, ParameterGroup group, TensorScope scope) {
    var results =
        program.call("final_norm").with(input).with(rows).with(group.weights()).run(scope);
    return new NormedRows(input, rows, results.get(0), results.get(1), results.get(2));
  }

  Tensor finalNormBackward(
      Tensor gradient, NormedRows normed, ParameterGroup group, TensorScope scope) {
    return program
        .call("final_norm_backward")
        .with(gradient)
        .with(normed.all())
        .with(normed.inputs())
        .with(normed.factors())
        .with(normed.rows())
        .with(group.weights())
        .with(group.gradients())
        .run(scope)
        .getFirst();
  }

  /** {@code W + s B A}, of an embedding {@code W + s (B A)^T}. */
  Tensor merged(ModuleDescription module, Tensor weight, LowRank delta, TensorScope scope) {
    var method = module instanceof ModuleDescription.Embedding ? "merged_embedding" : "merged";
    return program
        .call(method)
        .with(weight)
        .with(delta.first())
        .with(delta.second())
        .with(delta.scale())
        .run(scope)
        .getFirst();
  }

  private TorchCall positions(TorchCall call, int number, Row row) {
    var layer = decoder.layers().get(number);
    var angles = row.angles().get(layer.rotary());
    return call.with(angles.cosines())
        .with(angles.sines())
        .withList(row.tokens().segmentLengths())
        .with(row.boundaries())
        .with((long) layer.window());
  }

  private static TorchCall dropout(TorchCall call, int layer, Row row) {
    var dropout = row.dropout();
    return call.with(dropout.probability()).with(dropout.layerSeed(layer));
  }
}
