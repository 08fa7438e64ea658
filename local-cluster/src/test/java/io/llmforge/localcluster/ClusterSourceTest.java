package io.llmforge.localcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClusterSourceTest {
  private static final Optional<String> EXTERNAL = Optional.of(ClusterSource.EXTERNAL);

  @TempDir private Path folder;

  @Test
  void withoutAChoiceTheClusterIsEmbedded() {
    var source = ClusterSource.chosen(Optional.empty(), Map.of("KUBECONFIG", "/tmp/k"));

    assertThat(source).isEqualTo(new ClusterSource.Embedded());
  }

  @Test
  void clusterOfOthersIsTheOneThatKubeconfigNames() {
    var source = ClusterSource.chosen(EXTERNAL, Map.of("KUBECONFIG", "/tmp/k"));

    assertThat(source).isEqualTo(new ClusterSource.Named(Path.of("/tmp/k")));
  }

  @Test
  void clusterOfOthersNeedsOneKubeconfig() {
    assertThatThrownBy(() -> ClusterSource.chosen(EXTERNAL, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("-Dllmforge.cluster=external needs KUBECONFIG to name one file, not ''");
    assertThatThrownBy(() -> ClusterSource.chosen(EXTERNAL, Map.of("KUBECONFIG", "/a:/b")))
        .hasMessageContaining("one file, not '/a:/b'");
  }

  @Test
  void kubeconfigIsRewrittenForItsNamespaceAndForAnyFolder() throws IOException {
    Path file = folder.resolve("kubeconfig");
    Files.writeString(folder.resolve("token"), "secret");
    Files.writeString(
        file,
        """
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:1", certificate-authority: ca.crt}}]
        users: [{name: u, user: {tokenFile: token}}]
        contexts: [{name: other, context: {cluster: c, user: u}}, {name: mine, context: {cluster: c, user: u}}]
        current-context: mine
        """);

    String text = new ClusterAccess(file, "team", "default", Map.of()).kubeconfigOfNamespace();

    Config config = Config.fromKubeconfig(text);
    assertThat(config.getNamespace()).isEqualTo("team");
    assertThat(config.getCaCertFile()).isEqualTo(folder.resolve("ca.crt").toString());
    assertThat(text).contains(folder.resolve("token").toString());
  }
}
