package io.llmforge.trainer.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostNamesTest {

  @TempDir Path folder;

  @Test
  void aFileIsReadAtEveryLookAndAskedBeforeTheSystem() throws IOException {
    Path file = Files.writeString(folder.resolve("hosts"), "127.0.0.9 other # pod\n\n");
    HostNames names =
        HostNames.ofFile(
            file,
            name -> {
              throw new UnknownHostException(name);
            });
    assertThatThrownBy(() -> names.address("pod.service")).isInstanceOf(UnknownHostException.class);

    Files.writeString(file, "127.0.0.9 other\n127.0.0.7\tpod pod.service\n");

    assertThat(names.address("pod.service").getHostAddress()).isEqualTo("127.0.0.7");
    assertThat(names.address("other").getHostAddress()).isEqualTo("127.0.0.9");
  }
}
