package io.llmforge.trainer.model;

/** The part of a layer behind attention: {@code down(act(gate(x)) * up(x))}, one or many. */
sealed interface FeedForward {

  /** Numbers that a layer keeps per token for its backward pass. */
  long keptPerToken();

  /**
   * One for all tokens.
   *
   * @param size inner width
   * @param hasBias whether gate, up and down have a bias
   */
  record Gated(int size, boolean hasBias) implements FeedForward {
    @Override
    public long keptPerToken() {
      return 2L * size;
    }
  }

  /**
   * Many, of which a router picks a few for each token: those of the largest probabilities of a
   * softmax over all, which weigh their outputs.
   *
   * @param count how many there are
   * @param perToken how many each token goes through
   * @param size inner width of one
   * @param weights of the chosen ones
   * @param names of the tensors
   */
  record Experts(int count, int perToken, int size, Weights weights, ExpertNames names)
      implements FeedForward {
    @Override
    public long keptPerToken() {
      return perToken * (2L * size + 4) + count;
    }
  }

  /** What the chosen experts' outputs are multiplied by. */
  enum Weights {
    /** Their probabilities. */
    PROBABILITIES,
    /** Their probabilities, divided by their sum. */
    NORMALISED
  }

  /**
   * Names inside a layer.
   *
   * @param block the module that holds router and experts
   * @param gate of an expert
   * @param up of an expert
   * @param down of an expert
   */
  record ExpertNames(String block, String gate, String up, String down) {
    static final ExpertNames OF_MIXTRAL = new ExpertNames("block_sparse_moe", "w1", "w3", "w2");
    static final ExpertNames OF_QWEN = new ExpertNames("mlp", "gate_proj", "up_proj", "down_proj");
  }
}
