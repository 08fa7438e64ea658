package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchCall;
import io.llmforge.trainer.torch.TorchProgram;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.List;

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

  private final TorchProgram program;
  private final DecoderDescription decoder;
  private final AttentionKernel kernel;

  DecoderProgram(TorchRuntime runtime, DecoderDescription decoder, AttentionKernel kernel) {
    this.program = runtime.load(DecoderProgram.class, "decoder", "Decoder");
    this.decoder = decoder;
    this.kernel = kernel;
  }

  /**
   * An adapter's tensors: {@code s B A}.
   *
   * @param first A
   * @param second B
   * @param scale s, [1]
   */
  record LowRank(Tensor first, Tensor second, Tensor scale) {}

  /** Embeds a row's tokens and lays out its positions. */
  Row row(PackedTokens tokens, RowDropout dropout, TensorScope scope) {
    var frequencies = scope.floats(decoder.rotary().frequencies(decoder.attention().headSize()));
    var angles =
        program.call("rotary").withList(tokens.segmentLengths()).with(frequencies).run(scope);
    return new Row(
        tokens, scope.integers(tokens.tokenIds()), angles.get(0), angles.get(1), dropout);
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
    var attention = decoder.attention();
    var call =
        positions(program.call("layer").with(input), row)
            .withList(attention.queryHeads(), attention.keyValueHeads(), attention.headSize())
            .with(decoder.normEpsilon())
            .with(kernel == AttentionKernel.FUSED)
            .with(group.weights());
    var results = adapter(call, number, row).run(scope);
    return new LayerResult(results.getFirst(), results.subList(1, results.size()));
  }

  /** Adds to the group's gradients; gives the gradient of the layer's input. */
  Tensor layerBackward(
      int number, Tensor gradient, LayerInput input, ParameterGroup group, TensorScope scope) {
    var row = input.row();
    var call =
        positions(
                program
                    .call("layer_backward")
                    .with(gradient)
                    .with(input.input())
                    .with(input.kept()),
                row)
            .with(decoder.normEpsilon())
            .with(kernel == AttentionKernel.FUSED)
            .with(group.weights())
            .with(group.gradients());
    return adapter(call, number, row).run(scope).getFirst();
  }

  NormedRows finalNorm(Tensor input, Tensor rows, ParameterGroup group, TensorScope scope) {
    var results =
        program
            .call("final_norm")
            .with(input)
            .with(rows)
            .with(decoder.normEpsilon())
            .with(group.weights())
            .run(scope);
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

  private static TorchCall positions(TorchCall call, Row row) {
    return call.with(row.cosines()).with(row.sines()).withList(row.tokens().segmentLengths());
  }

  private TorchCall adapter(TorchCall call, int layer, Row row) {
    var dropout = row.dropout();
    return call.with(dropout.probability()).with(dropout.layerSeed(layer));
  }
}
