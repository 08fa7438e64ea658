package io.llmforge.localcluster.node.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PathMappingTest {
  private final PathMapping mapping =
      new PathMapping(
          Map.of(
              "/etc/llmforge", Path.of("/d/config"),
              "/mnt/volumes", Path.of("/d/volumes"),
              "/mnt/volumes/models", Path.of("/d/models"),
              "/workspace/", Path.of("/d/work"),
              "/tmp", Path.of("/d/tmp")));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/etc/llmforge/plan.json | /d/config/plan.json",
        "--plan=/etc/llmforge/plan.json | --plan=/d/config/plan.json",
        "--volume=models=/mnt/volumes/models | --volume=models=/d/models",
        "/mnt/volumes/other | /d/volumes/other",
        "/workspace | /d/work",
        "/workspace/a:/tmp/b | /d/work/a:/d/tmp/b",
        "cat /tmp/in >/workspace/out; ls '/tmp' | cat /d/tmp/in >/d/work/out; ls '/d/tmp'",
        "-XX:ErrorFile=/workspace/logs/hs_err_%p.log | -XX:ErrorFile=/d/work/logs/hs_err_%p.log",
        "file:///workspace/model | file:///d/work/model",
      })
  void containerPathBecomesTheRealOne(String text, String expected) {
    assertThat(mapping.rewrite(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/workspaces",
    "/workspace-2/x",
    "/home/workspace",
    "/data/tmp/x",
    "./tmp",
    "http://host/tmp",
    "/etc/llmforge.yaml"
  })
  void otherPathStaysAsItIs(String text) {
    assertThat(mapping.rewrite(text)).isEqualTo(text);
  }
}
