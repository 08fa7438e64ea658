package io.llmforge.operator.decide;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.llmforge.operator.identity.Stage;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The accelerators of a cluster by the names that LLMForge configs have for them: the resource maps
 * of a config say {@code accelerator_type:A100-80G: 0.001} or {@code
 * anyscale/accelerator_shape:4xA10G: 0.001}, and the amount only marks the product.
 *
 * @param profiles profiles by product; none where the names mean nothing
 */
public record AcceleratorMap(SortedMap<String, AcceleratorProfile> profiles) {

  public static final AcceleratorMap NONE = new AcceleratorMap(new TreeMap<>());

  private static final Pattern PRODUCT =
      Pattern.compile(
          "acceleratorx?_type:(?<type>.+)|anyscale/accelerator_shape:[0-9]+x(?<shape>.+)");
  private static final String WORKERS = "worker_resources";
  private static final String TRAINER = "trainer_resources";
  private static final String SCALING = "preference_tuning_config.logprob_processor_scaling_config";
  private static final String SCORERS = SCALING + ".custom_resources";
  private static final String FORMER_SCORERS = SCALING + "." + WORKERS;

  public AcceleratorMap {
    profiles = Collections.unmodifiableSortedMap(new TreeMap<>(profiles));
  }

  public static AcceleratorMap of(Map<String, AcceleratorProfile> profiles) {
    return new AcceleratorMap(new TreeMap<>(profiles));
  }

  /** Where the pods of a stage run. */
  public AcceleratorProfile profile(@Nullable JsonNode config, Stage stage) {
    JsonNode read = requireNonNullElse(config, MissingNode.getInstance());
    Stream<String> maps =
        switch (stage) {
          case REFERENCE -> Stream.of(SCORERS, FORMER_SCORERS, WORKERS, TRAINER);
          case PREFLIGHT, TRAIN, PUBLISH -> Stream.of(WORKERS, TRAINER);
        };
    return maps.flatMap(path -> wishes(read, path))
        .findFirst()
        .flatMap(wish -> Optional.ofNullable(profiles.get(wish.product())))
        .orElse(AcceleratorProfile.ANY);
  }

  /** Says which products are not known, and takes back that resource maps have no effect. */
  void check(JsonNode config, Findings findings) {
    if (profiles.isEmpty()) {
      return;
    }
    for (String path : List.of(WORKERS, TRAINER, SCORERS, FORMER_SCORERS)) {
      List<Wish> wishes = wishes(config, path).toList();
      boolean takenByWorkers =
          path.equals(TRAINER) && wishes(config, WORKERS).findAny().isPresent();
      if (!wishes.isEmpty() && !takenByWorkers) {
        findings.retractIgnored(path);
      }
      wishes.stream()
          .filter(wish -> !profiles.containsKey(wish.product()))
          .forEach(
              wish ->
                  findings.invalid(
                      path + "." + wish.key(),
                      "%s is no accelerator of this cluster; write one of %s, or leave the key out"
                          .formatted(wish.product(), String.join(", ", profiles.keySet()))));
    }
  }

  private static Stream<Wish> wishes(JsonNode config, String path) {
    return config.at("/" + path.replace('.', '/')).propertyStream().flatMap(AcceleratorMap::wish);
  }

  private static Stream<Wish> wish(Map.Entry<String, JsonNode> entry) {
    Matcher matcher = PRODUCT.matcher(entry.getKey());
    if (!matcher.matches()) {
      return Stream.empty();
    }
    String product =
        Stream.of(matcher.group("type"), matcher.group("shape"))
            .filter(group -> group != null)
            .findFirst()
            .orElseThrow();
    return Stream.of(new Wish(entry.getKey(), product));
  }

  private record Wish(String key, String product) {}
}
