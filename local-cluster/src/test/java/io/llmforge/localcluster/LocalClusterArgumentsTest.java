package io.llmforge.localcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LocalClusterArgumentsTest {
  private static LocalClusterArguments.Request parse(String... arguments) {
    return LocalClusterArguments.parse(arguments, Map.of("PATH", "/bin", "SECRET", "x"));
  }

  @Test
  void flagsBecomeOptions() {
    var request =
        parse(
            "--data=/tmp/c", "--port=6443", "--capacity=nvidia.com/gpu=8", "--image=t=java -jar t");

    var options = request.options();
    assertThat(request.joined()).isEmpty();
    assertThat(options.port()).isEqualTo(6443);
    assertThat(options.capacity()).containsEntry("nvidia.com/gpu", new Quantity("8"));
    assertThat(options.images().find("t:1").orElseThrow().entrypoint())
        .isEqualTo(List.of("java", "-jar", "t"));
    assertThat(options.hostEnvironment()).containsOnlyKeys("PATH", "LANG");
  }

  @Test
  void kubeconfigNamesTheClusterToBeANodeOf() {
    var request = parse("--data=/tmp/c", "--kubeconfig=/tmp/k", "--namespace=team");

    assertThat(request.joined())
        .contains(new ClusterAccess(Path.of("/tmp/k"), "team", "team", Map.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--port=1 | --data=FOLDER is missing",
        "--data=/tmp/c --port=x | --port=x is not a number",
        "--data=/tmp/c --speed=9 | unknown flag --speed",
        "--data=/tmp/c --capacity=gpu | 'gpu' is not --capacity=RESOURCE=QUANTITY",
        "--data | '--data' is not a flag such as --data=FOLDER"
      })
  void mistakeIsNamed(String arguments, String message) {
    assertThatThrownBy(() -> parse(arguments.split(" ", -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
