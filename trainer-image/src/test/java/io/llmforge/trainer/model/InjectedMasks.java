package io.llmforge.trainer.model;

import io.llmforge.trainer.torch.EditedPrograms;
import io.llmforge.trainer.torch.TorchRuntime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Dropout masks that are known instead of drawn: the programs' one expression that draws is
 * replaced by a choice, by seed, between masks of zeros and ones.
 */
final class InjectedMasks {

  /** Module number m of a layer draws with the layer's seed plus m. */
  private static final List<String> MODULES =
      List.of(
          "self_attn.q_proj",
          "self_attn.k_proj",
          "self_attn.v_proj",
          "self_attn.o_proj",
          "mlp.gate_proj",
          "mlp.up_proj",
          "mlp.down_proj");

  private static final Pattern DRAWING =
      Pattern.compile("torch\\.bernoulli_\\(torch\\.empty_like\\([^)]*\\), 1\\.0 - p\\)");

  private final Map<Long, float[]> bySeed = new LinkedHashMap<>();
  private int replaced;

  private InjectedMasks() {}

  /**
   * Masks of one micro-batch.
   *
   * @param masks [T, in] by module, ones where an input is kept
   */
  static InjectedMasks of(
      Map<String, float[]> masks, int layers, PackedTokens row, DropoutKey key) {
    var injected = new InjectedMasks();
    masks.forEach(
        (module, mask) -> {
          if (module.equals(DecoderNames.HEAD)) {
            injected.bySeed.put(key.layerSeed(layers), rows(mask, row));
          } else {
            injected.bySeed.put(seed(module, key), mask);
          }
        });
    return injected;
  }

  TorchRuntime start() {
    return EditedPrograms.start(this::edited);
  }

  /** How many places no longer draw. */
  int replaced() {
    return replaced;
  }

  private String edited(String fileName, String text) {
    return switch (fileName) {
      case "linear.py" ->
          replace(text, "__torch__.linear.injected(x, seed)") + "\n" + function("injected");
      case "cross_entropy.py" ->
          replace(text, "self.injected(h, seed)") + method("CrossEntropy", "injected");
      default -> text;
    };
  }

  private String replace(String text, String replacement) {
    var drawing = DRAWING.matcher(text);
    if (!drawing.find()) {
      throw new IllegalStateException("no expression of the program draws a mask");
    }
    replaced++;
    return drawing.replaceAll(replacement);
  }

  private String function(String name) {
    return "def %s(x: Tensor, seed: int) -> Tensor:\n%s".formatted(name, body("  "));
  }

  private String method(String className, String name) {
    return "\n  def %s(self: __torch__.%s, x: Tensor, seed: int) -> Tensor:\n%s"
        .formatted(name, className, body("    "));
  }

  /** A seed without a mask ends in an error, since one element is no view of a whole row. */
  private String body(String indent) {
    var text = new StringBuilder(indent + "kept = torch.tensor([0], dtype=6)\n");
    bySeed.forEach(
        (seed, mask) ->
            text.append("%sif seed == %d:\n".formatted(indent, seed))
                .append("%s  kept = torch.tensor(%s, dtype=6)\n".formatted(indent, bits(mask))));
    return text.append(indent).append("return torch.view_as(kept, x)\n").toString();
  }

  private static String bits(float[] mask) {
    var bits = new StringBuilder();
    for (var kept : mask) {
      bits.append(bits.isEmpty() ? "" : ", ").append(kept > 0 ? 1 : 0);
    }
    return "[" + bits + "]";
  }

  private static long seed(String module, DropoutKey key) {
    var parts = module.split("\\.", 4);
    return key.layerSeed(Integer.parseInt(parts[2])) + MODULES.indexOf(parts[3]);
  }

  /** The head sees those rows alone that predict a target. */
  private static float[] rows(float[] mask, PackedTokens row) {
    var width = mask.length / row.length();
    var rows = row.targetRows();
    var chosen = new float[rows.length * width];
    for (var i = 0; i < rows.length; i++) {
      System.arraycopy(mask, rows[i] * width, chosen, i * width, width);
    }
    return chosen;
  }
}
