package io.llmforge.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Quantity;
import io.llmforge.operator.decide.AcceleratorMap;
import io.llmforge.operator.decide.AcceleratorProfile;
import io.llmforge.operator.decide.AcceleratorProfile.Toleration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The file in which an administrator says which accelerators a cluster has, as JSON. */
final class AcceleratorFile {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private AcceleratorFile() {}

  /**
   * Reads it.
   *
   * @throws IllegalStateException when it is not what it should be: the operator does not start
   */
  static AcceleratorMap read(Path file) {
    try {
      Map<String, Profile> written =
          MAPPER.readValue(Files.readString(file), new TypeReference<>() {});
      Map<String, AcceleratorProfile> profiles = new TreeMap<>();
      written.forEach((product, profile) -> profiles.put(product, profile.read(product)));
      return AcceleratorMap.of(profiles);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "accelerator profiles %s: %s".formatted(file, e.getOriginalMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "accelerator profiles %s: %s".formatted(file, e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("accelerator profiles " + file, e);
    }
  }

  /** A profile as it is written; what is misspelled is refused. */
  private record Profile(
      @Nullable Map<String, String> nodeSelector,
      @Nullable List<Toleration> tolerations,
      @Nullable String resourceName,
      @Nullable String memory) {

    AcceleratorProfile read(String product) {
      return AcceleratorProfile.of(nodeSelector, tolerations, resourceName, memoryBytes(product));
    }

    private OptionalLong memoryBytes(String product) {
      if (memory == null) {
        return OptionalLong.empty();
      }
      try {
        return OptionalLong.of(Quantity.getAmountInBytes(new Quantity(memory)).longValueExact());
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw new IllegalArgumentException(
            "memory of %s is %s, which is no amount of bytes; write one like 80Gi"
                .formatted(product, memory),
            e);
      }
    }
  }
}
