package io.llmforge.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.trainer.checkpoint.SafetensorsFile;
import io.llmforge.trainer.conformance.Agreement;
import io.llmforge.trainer.conformance.GoldenTest;
import io.llmforge.trainer.torch.Precision;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rotary tables of every type below, at and above the length where some of them switch. */
class RotaryTablesTest {

  private static final double BOUND = 1e-6;
  private static final Path FOLDER = ReferenceCase.folder("families", "rope");

  private static TorchRuntime runtime;
  private static final Map<String, float[]> EXPECTED = new LinkedHashMap<>();

  @TempDir private Path folder;

  @BeforeAll
  static void load() {
    runtime = TorchRuntime.start();
    try (var file = SafetensorsFile.open(FOLDER.resolve("expected.safetensors"))) {
      file.tensors().forEach(tensor -> EXPECTED.put(tensor.name(), tensor.toFloats()));
    }
  }

  @AfterAll
  static void unload() {
    runtime.close();
  }

  static Stream<JsonNode> cases() throws IOException {
    var cases = new ObjectMapper().readTree(Files.readString(FOLDER.resolve("cases.json")));
    return cases.valueStream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tablesAreThoseOfTransformersInBothDialects(JsonNode golden) throws IOException {
    var name = golden.path("name").asText();
    var newer = read(golden.path("newer"));
    var older = read(golden.path("older"));
    var agreement = new Agreement(GoldenTest.ROTARY_TABLES, name);

    agreement.addExact("older dialect", older, newer);
    for (var length : golden.path("lengths")) {
      compare(agreement, newer, name, length.asInt());
    }
    agreement.check();
  }

  @Test
  void everySegmentDecidesByItsOwnLength() throws IOException {
    var dynamic = read(config("dynamic"));
    var rotary = dynamic.rotary().getFirst();
    var rotated = dynamic.attention().rotatedSize();

    var tables = rotary.tables(rotated, 65, 3, 64, 65);

    assertThat(tables.tableOfSegment()).containsExactly(0, 1, 1, 0);
    assertThat(tables.rows()[0]).isEqualTo(rotary.frequencies(rotated, 65));
    assertThat(tables.rows()[1]).isEqualTo(rotary.frequencies(rotated, 64));
  }

  @Test
  void tableOfTheLongestRowOfABatchIsCaught() throws IOException {
    var longRope = read(config("longrope"));
    var rotary = longRope.rotary().getFirst();
    var agreement = new Agreement(GoldenTest.ROTARY_TABLES, "the longest row decides for all");

    var wrong = rotary.frequencies(longRope.attention().rotatedSize(), 65);

    agreement.add("frequencies", wrong, expected("longrope.64.frequencies"), BOUND);
    agreement.checkCaught(1000);
  }

  private static void compare(
      Agreement agreement, DecoderDescription decoder, String name, int length) {
    var prefix = name + "." + length + ".";
    var rotary = decoder.rotary().getFirst();
    var frequencies = rotary.frequencies(decoder.attention().rotatedSize(), length);
    agreement.add(prefix + "frequencies", frequencies, expected(prefix + "frequencies"), BOUND);
    agreement.add(prefix + "scale", rotary.scale(), expected(prefix + "scale")[0], BOUND);
    var tokens = new PackedTokens(new int[length], new int[] {length}, new int[length]);
    try (var scope = runtime.openScope()) {
      var program = new DecoderProgram(runtime, decoder, AttentionKernel.FUSED, Precision.FLOAT32);
      var angles = program.row(tokens, RowDropout.NONE, scope).angles().getFirst();
      var cosines = angles.cosines().toFloats();
      var sines = angles.sines().toFloats();
      agreement.add(prefix + "cosines", cosines, expected(prefix + "cosines"), BOUND);
      agreement.add(prefix + "sines", sines, expected(prefix + "sines"), BOUND);
    }
  }

  private static float[] expected(String name) {
    assertThat(EXPECTED).containsKey(name);
    return EXPECTED.getOrDefault(name, new float[0]);
  }

  private static JsonNode config(String name) throws IOException {
    return cases()
        .filter(golden -> golden.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow()
        .path("newer");
  }

  private DecoderDescription read(JsonNode config) throws IOException {
    Files.writeString(folder.resolve("config.json"), config.toString());
    return DecoderDescriptionReader.read(folder);
  }
}
