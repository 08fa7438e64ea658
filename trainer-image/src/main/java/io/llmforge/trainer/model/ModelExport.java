package io.llmforge.trainer.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.trainer.checkpoint.ElementType;
import io.llmforge.trainer.checkpoint.WeightsWriter;
import io.llmforge.trainer.torch.NamedTensor;
import io.llmforge.trainer.torch.TensorScope;
import io.llmforge.trainer.torch.TorchRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes a model that Transformers loads, adapters merged: {@code W + s B A}, rounded once. */
final class ModelExport {

  private static final List<String> COPIED = List.of("generation_config.json");

  private final TorchRuntime runtime;
  private final DecoderProgram program;
  private final LoadedModel model;

  ModelExport(TorchRuntime runtime, DecoderProgram program, LoadedModel model) {
    this.runtime = runtime;
    this.program = program;
    this.model = model;
  }

  ElementType storedType() {
    return model.storedType();
  }

  void write(Path folder, ElementType type) {
    try (var scope = runtime.openScope()) {
      WeightsWriter.write(folder, tensors(scope), type, WeightsWriter.SHARD_BYTES);
    }
    try {
      writeConfig(folder);
      for (var name : COPIED) {
        if (Files.exists(model.folder().resolve(name))) {
          Files.copy(model.folder().resolve(name), folder.resolve(name));
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot write the model to " + folder, failure);
    }
  }

  private List<NamedTensor> tensors(TensorScope scope) {
    var tensors = new ArrayList<NamedTensor>();
    for (var module : model.modules()) {
      var sharesEmbedding = module.name().equals(DecoderNames.HEAD) && isTied();
      if (sharesEmbedding && !isUntied()) {
        continue;
      }
      var source = sharesEmbedding ? DecoderNames.EMBEDDING : module.name();
      if (model.parameters().isAdapted(module.name())) {
        tensors.add(merged(module, source, scope));
      } else {
        tensors.add(
            plain(DecoderNames.weight(source)).withName(DecoderNames.weight(module.name())));
      }
      module.parameters().stream()
          .map(ModuleDescription.Parameter::name)
          .filter(name -> !name.equals(DecoderNames.weight(module.name())))
          .forEach(name -> tensors.add(plain(name)));
    }
    return tensors;
  }

  private NamedTensor plain(String name) {
    return model.parameters().original(name).named(name);
  }

  /** Made when its first element is read and given up with its last: one exists at a time. */
  private NamedTensor merged(ModuleDescription module, String source, TensorScope scope) {
    var parameters = model.parameters();
    var weight = parameters.original(DecoderNames.weight(source));
    var isEmbedding = module instanceof ModuleDescription.Embedding;
    var first =
        parameters.original(
            module.name() + (isEmbedding ? Adapter.EMBEDDING_FIRST : Adapter.LINEAR_FIRST));
    var second =
        parameters.original(
            module.name() + (isEmbedding ? Adapter.EMBEDDING_SECOND : Adapter.LINEAR_SECOND));
    var scale = parameters.original(module.name() + Adapter.SCALE);
    var delta = new DecoderProgram.LowRank(first, second, scale);
    var data =
        new TransientData(
            weight.elementCount(), () -> program.merged(module, weight, delta, scope), scope);
    return new NamedTensor(DecoderNames.weight(module.name()), weight.shape(), data);
  }

  private boolean isTied() {
    return model.description().tiedEmbeddings();
  }

  /** Whether an adapter makes a tied head differ from its embedding. */
  private boolean isUntied() {
    return model.parameters().isAdapted(DecoderNames.HEAD)
        || model.parameters().isAdapted(DecoderNames.EMBEDDING);
  }

  /** The base's file as it is, except for the keys that untying and new rows change. */
  private void writeConfig(Path folder) throws IOException {
    var name = "config.json";
    var mapper = new ObjectMapper();
    var base = (ObjectNode) mapper.readTree(Files.readString(model.folder().resolve(name)));
    var config = base.deepCopy();
    if (isTied() && isUntied()) {
      config.put("tie_word_embeddings", false);
    }
    config.put("vocab_size", model.description().vocabularySize());
    if (config.equals(base)) {
      Files.copy(model.folder().resolve(name), folder.resolve(name));
      return;
    }
    Files.writeString(
        folder.resolve(name), mapper.writerWithDefaultPrettyPrinter().writeValueAsString(config));
  }
}
