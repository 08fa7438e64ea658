package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.llmforge.localcluster.node.container.PodConfigs;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** ConfigMaps and Secrets as the API server has them now. */
record ApiPodConfigs(KubernetesClient client, String namespace) implements PodConfigs {
  @Override
  public Optional<Map<String, byte[]>> configMap(String name) {
    return Optional.ofNullable(client.configMaps().inNamespace(namespace).withName(name).get())
        .map(
            map -> {
              var entries = new HashMap<String, byte[]>();
              map.getData()
                  .forEach((key, text) -> entries.put(key, text.getBytes(StandardCharsets.UTF_8)));
              map.getBinaryData().forEach((key, coded) -> entries.put(key, decode(coded)));
              return entries;
            });
  }

  @Override
  public Optional<Map<String, byte[]>> secret(String name) {
    return Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get())
        .map(
            secret -> {
              var entries = new HashMap<String, byte[]>();
              secret.getData().forEach((key, coded) -> entries.put(key, decode(coded)));
              return entries;
            });
  }

  private static byte[] decode(String coded) {
    return Base64.getDecoder().decode(coded);
  }
}
