package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.Tensor;
import io.llmforge.trainer.torch.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a row's layers note down for the loss that balances experts, as Transformers adds it when
 * {@code output_router_logits} is set: over all layers with experts and all tokens of the row.
 *
 * @param statistics [2, experts], how often each was chosen and the sums of their probabilities
 * @param gradient [experts], of the loss by the probabilities
 */
record ExpertBalance(Tensor statistics, Tensor gradient) {

  /** Nothing when the model has no such loss. */
  static Optional<ExpertBalance> of(DecoderDescription decoder, TensorScope scope) {
    return decoder
        .experts()
        .filter(experts -> decoder.routerLoss() > 0)
        .map(
            experts ->
                new ExpertBalance(scope.zeros(2, experts.count()), scope.zeros(experts.count())));
  }

  /** The same layers, of which those with experts take part. */
  List<ParameterGroup> watch(DecoderDescription decoder, List<ParameterGroup> layers) {
    var names = Map.of("experts.statistics", statistics, "experts.balance", gradient);
    return IntStream.range(0, layers.size())
        .mapToObj(
            number ->
                decoder.layers().get(number).feedForward() instanceof FeedForward.Experts
                    ? layers.get(number).withWeights(names)
                    : layers.get(number))
        .toList();
  }
}
