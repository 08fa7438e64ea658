package io.llmforge.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.trainer.torch.NamedTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {

  @TempDir private Path folder;

  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("model.safetensors");
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void valuesThatTheTypeHoldsComeBackExactly(ElementType type) {
    var values = new float[] {0, -0f, 1, -2.5f, 0.15625f, 192};

    SafetensorsWriter.write(
        file,
        List.of(
            NamedTensor.of("a", List.of(2L, 3L), values),
            NamedTensor.of("scalar", List.of(), 4),
            NamedTensor.of("empty", List.of(0L, 3L))),
        type,
        Map.of("made_by", "test"));

    try (var written = SafetensorsFile.open(file)) {
      assertThat(written.tensors())
          .extracting(NamedTensor::name)
          .containsExactly("a", "scalar", "empty");
      assertThat(written.tensors().getFirst().shape()).containsExactly(2L, 3L);
      assertThat(written.tensors().getFirst().toFloats()).containsExactly(values);
      assertThat(written.tensors().get(1).toFloats()).containsExactly(4);
      assertThat(written.metadata()).containsEntry("made_by", "test").containsEntry("format", "pt");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1.0, 1.0",
    "1.00390625, 1.0",
    "1.01171875, 1.015625",
    "1.00390637, 1.0078125",
    "-1.00390637, -1.0078125"
  })
  void bfloat16IsRoundedToNearestEven(float value, float rounded) {
    SafetensorsWriter.write(
        file, List.of(NamedTensor.of("a", List.of(1L), value)), ElementType.BF16, Map.of());

    try (var written = SafetensorsFile.open(file)) {
      assertThat(written.tensors().getFirst().toFloats()).containsExactly(rounded);
    }
  }

  @Test
  void aPieceInTheMiddleCanBeRead() {
    SafetensorsWriter.write(
        file, List.of(NamedTensor.of("a", List.of(5L), 1, 2, 3, 4, 5)), ElementType.F16, Map.of());

    try (var written = SafetensorsFile.open(file)) {
      var piece = new float[2];
      written.tensors().getFirst().data().read(2, FloatBuffer.wrap(piece));

      assertThat(piece).containsExactly(3, 4);
    }
  }

  @Test
  void dataBeginsAtAMultipleOfEight() throws IOException {
    SafetensorsWriter.write(
        file, List.of(NamedTensor.of("name", List.of(1L), 1)), ElementType.F32, Map.of());

    var header = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat(header % 8).isZero();
    assertThat(Files.size(file)).isEqualTo(8 + header + 4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,16]}} | needs 8 bytes, its offsets 0 to 16 hold 16",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}} | ends at byte 16 of 8; the file is cut off",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | the tensors end at byte 4 of 8",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | begins at byte 4 where the one before it ends at 0",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | begins at byte 4 where the one before it ends at 8",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | shape must be whole numbers, not negative",
        "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,8]}} | is too large",
        "{'a':{'dtype':'F32','shape':[2]}} | needs two data_offsets",
        "{'a':{'dtype':'I64','shape':[1],'data_offsets':[0,8]}} | has type 'I64'; supported are F32, BF16, F16",
        "[1] | the safetensors header is not a JSON object",
        "{'a': | the safetensors header is not JSON"
      })
  void headersThatContradictTheFileAreRefused(String header, String message) throws IOException {
    write(header.replace('\'', '"'), 8);

    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("model.safetensors: ")
        .hasMessageContaining(message);
  }

  @Test
  void filesCutOffAnywhereAreRefused() throws IOException {
    SafetensorsWriter.write(
        file, List.of(NamedTensor.of("a", List.of(3L), 1, 2, 3)), ElementType.F32, Map.of());
    var whole = Files.readAllBytes(file);

    for (var length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));

      assertThatThrownBy(() -> SafetensorsFile.open(file)).isInstanceOf(TensorFileException.class);
    }
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Files.writeString(file, "<html>not found, but long enough to hold a length</html>");

    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("is not a safetensors file");
  }

  @Test
  void aFileWithNaNIsNotLeftBehind() {
    var spoiled = NamedTensor.of("a", List.of(2L), 1, Float.NaN);

    assertThatThrownBy(
            () -> SafetensorsWriter.write(file, List.of(spoiled), ElementType.F32, Map.of()))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("tensor a holds NaN");
    assertThat(file).doesNotExist();
  }

  @Test
  void weightsAreCutIntoShardsAndReadBack() {
    var tensors =
        List.of(
            NamedTensor.of("a", List.of(3L), 1, 2, 3),
            NamedTensor.of("b", List.of(2L), 4, 5),
            NamedTensor.of("c", List.of(1L), 6));

    WeightsWriter.write(folder, tensors, ElementType.F32, 16);

    assertThat(folder.resolve("model-00001-of-00002.safetensors")).exists();
    try (var weights = WeightsFolder.open(folder)) {
      assertThat(weights.tensors()).containsOnlyKeys("a", "b", "c");
      assertThat(weights.tensors().get("c"))
          .satisfies(tensor -> assertThat(tensor.toFloats()).containsExactly(6));
    }
  }

  @Test
  void shardsOutsideTheFolderAreRefused() throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"a\": \"../secret.safetensors\"}}");

    assertThatThrownBy(() -> WeightsFolder.open(folder))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("which is not a file of this folder");
  }

  @Test
  void aFolderWithoutWeightsSaysWhatItNeeds() {
    assertThatThrownBy(() -> WeightsFolder.open(folder))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("weights must be in safetensors format");
  }

  private void write(String header, int dataBytes) throws IOException {
    var json = header.getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    Files.write(file, bytes.array());
  }
}
