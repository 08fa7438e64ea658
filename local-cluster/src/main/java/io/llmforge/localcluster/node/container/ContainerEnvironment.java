package io.llmforge.localcluster.node.container;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The environment a pod describes for a container, before paths are rewritten. */
final class ContainerEnvironment {
  private final PodConfigs configs;
  private final PodFields fields;

  ContainerEnvironment(PodConfigs configs, PodFields fields) {
    this.configs = configs;
    this.fields = fields;
  }

  Map<String, String> of(Container container) throws ContainerConfigException {
    var variables = new LinkedHashMap<String, String>();
    for (var source : container.getEnvFrom()) {
      addAll(source, variables);
    }
    for (var variable : container.getEnv()) {
      var value = value(variable, container, variables);
      if (value.isPresent()) {
        variables.put(variable.getName(), value.get());
      }
    }
    return variables;
  }

  private void addAll(EnvFromSource source, Map<String, String> variables)
      throws ContainerConfigException {
    var prefix = source.getPrefix() == null ? "" : source.getPrefix();
    Map<String, byte[]> entries = Map.of();
    if (source.getConfigMapRef() != null) {
      var reference = source.getConfigMapRef();
      entries = configMap(reference.getName(), reference.getOptional());
    }
    if (source.getSecretRef() != null) {
      var reference = source.getSecretRef();
      entries = secret(reference.getName(), reference.getOptional());
    }
    entries.forEach((key, value) -> variables.put(prefix + key, text(value)));
  }

  private Optional<String> value(EnvVar variable, Container container, Map<String, String> before)
      throws ContainerConfigException {
    if (variable.getValueFrom() != null) {
      return value(variable.getValueFrom(), container);
    }
    var value = variable.getValue() == null ? "" : variable.getValue();
    return Optional.of(VariableExpansion.expand(value, before));
  }

  private Optional<String> value(EnvVarSource source, Container container)
      throws ContainerConfigException {
    if (source.getFieldRef() != null) {
      return Optional.of(fields.value(source.getFieldRef().getFieldPath()));
    }
    if (source.getResourceFieldRef() != null) {
      return Optional.of(fields.value(source.getResourceFieldRef(), container));
    }
    if (source.getConfigMapKeyRef() != null) {
      var key = source.getConfigMapKeyRef();
      return entry(
          configMap(key.getName(), key.getOptional()),
          new Key("ConfigMap", key.getName(), key.getKey(), isTrue(key.getOptional())));
    }
    if (source.getSecretKeyRef() != null) {
      var key = source.getSecretKeyRef();
      return entry(
          secret(key.getName(), key.getOptional()),
          new Key("Secret", key.getName(), key.getKey(), isTrue(key.getOptional())));
    }
    throw new ContainerConfigException("valueFrom names no source this node knows");
  }

  private record Key(String kind, String object, String key, boolean isOptional) {}

  private Optional<String> entry(Map<String, byte[]> entries, Key key)
      throws ContainerConfigException {
    var value = entries.get(key.key());
    if (value == null && !key.isOptional()) {
      throw new ContainerConfigException(
          "couldn't find key %s in %s %s/%s"
              .formatted(
                  key.key(), key.kind(), fields.pod().getMetadata().getNamespace(), key.object()));
    }
    return Optional.ofNullable(value).map(ContainerEnvironment::text);
  }

  private Map<String, byte[]> configMap(String name, @Nullable Boolean isOptional)
      throws ContainerConfigException {
    return required(configs.configMap(name), "configmap \"" + name + "\" not found", isOptional);
  }

  private Map<String, byte[]> secret(String name, @Nullable Boolean isOptional)
      throws ContainerConfigException {
    return required(configs.secret(name), "secret \"" + name + "\" not found", isOptional);
  }

  private static Map<String, byte[]> required(
      Optional<Map<String, byte[]>> found, String whenMissing, @Nullable Boolean isOptional)
      throws ContainerConfigException {
    if (found.isEmpty() && !isTrue(isOptional)) {
      throw new ContainerConfigException(whenMissing);
    }
    return found.orElse(Map.of());
  }

  private static boolean isTrue(@Nullable Boolean flag) {
    return Boolean.TRUE.equals(flag);
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }
}
