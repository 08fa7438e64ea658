package io.llmforge.localcluster.node.container;

import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of ConfigMap, Secret, downward API and projected volumes, by relative path. */
final class VolumeContents {
  private final PodConfigs configs;
  private final PodFields fields;

  VolumeContents(PodConfigs configs, PodFields fields) {
    this.configs = configs;
    this.fields = fields;
  }

  Map<String, byte[]> configMap(String name, List<KeyToPath> items, @Nullable Boolean isOptional)
      throws ContainerConfigException {
    return select(configs.configMap(name), "configmap \"" + name + "\"", items, isOptional);
  }

  Map<String, byte[]> secret(String name, List<KeyToPath> items, @Nullable Boolean isOptional)
      throws ContainerConfigException {
    return select(configs.secret(name), "secret \"" + name + "\"", items, isOptional);
  }

  private static Map<String, byte[]> select(
      Optional<Map<String, byte[]>> found,
      String what,
      List<KeyToPath> items,
      @Nullable Boolean isOptional)
      throws ContainerConfigException {
    var mayLack = Boolean.TRUE.equals(isOptional);
    if (found.isEmpty() && !mayLack) {
      throw new ContainerConfigException(what + " not found");
    }
    var entries = found.orElse(Map.of());
    if (items.isEmpty()) {
      return entries;
    }
    var files = new LinkedHashMap<String, byte[]>();
    for (var item : items) {
      var value = entries.get(item.getKey());
      if (value == null && !mayLack) {
        throw new ContainerConfigException(what + " references non-existent key: " + item.getKey());
      }
      if (value != null) {
        files.put(item.getPath(), value);
      }
    }
    return files;
  }

  Map<String, byte[]> downward(List<DownwardAPIVolumeFile> items) throws ContainerConfigException {
    var files = new LinkedHashMap<String, byte[]>();
    for (var item : items) {
      var value =
          item.getFieldRef() == null
              ? fields.value(
                  item.getResourceFieldRef(), fields.pod().getSpec().getContainers().getFirst())
              : fields.value(item.getFieldRef().getFieldPath());
      files.put(item.getPath(), value.getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }

  Map<String, byte[]> projected(List<VolumeProjection> sources) throws ContainerConfigException {
    var files = new LinkedHashMap<String, byte[]>();
    for (var source : sources) {
      if (source.getConfigMap() != null) {
        var map = source.getConfigMap();
        files.putAll(configMap(map.getName(), map.getItems(), map.getOptional()));
      } else if (source.getSecret() != null) {
        var secret = source.getSecret();
        files.putAll(secret(secret.getName(), secret.getItems(), secret.getOptional()));
      } else if (source.getDownwardAPI() != null) {
        files.putAll(downward(source.getDownwardAPI().getItems()));
      } else {
        throw new ContainerConfigException(
            "projected volumes take configMap, secret and downwardAPI sources here");
      }
    }
    return files;
  }
}
