package io.llmforge.trainer.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.trainer.storage.StorageException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteSettingsTest {

  @Test
  void lineBreakAtTheEndOfASecretIsNoPartOfIt() {
    assertThat(new RemoteSettings(Map.of("HF_TOKEN", "hush\n")).hubToken()).contains("hush");
  }

  /** No header can hold them, and the JDK's words about that would hold the secret. */
  @ParameterizedTest
  @ValueSource(strings = {"hush\nhush", "hush\u2019s", "hush\u0007!", "h\u00fcsh"})
  void secretThatNoHeaderCanHoldIsRefusedUnsaid(String secret) {
    for (String name : List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")) {
      var environment =
          new HashMap<>(Map.of("AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b"));
      environment.put(name, secret);
      assertThatThrownBy(() -> new RemoteSettings(environment).s3Keys())
          .isInstanceOf(StorageException.AccessDenied.class)
          .hasMessageStartingWith(name + " has a line break")
          .hasMessageContaining("in the Secret that spec.credentials names")
          .hasMessageNotContaining(secret);
    }
    assertThatThrownBy(() -> new RemoteSettings(Map.of("HF_TOKEN", secret)).hubToken())
        .hasMessageStartingWith("HF_TOKEN has a line break")
        .hasMessageNotContaining(secret);
    assertThatThrownBy(
            () ->
                new RemoteSettings(Map.of("GS_ACCESS_KEY_ID", "a", "GS_SECRET_ACCESS_KEY", secret))
                    .googleKeys())
        .hasMessageStartingWith("GS_SECRET_ACCESS_KEY has a line break")
        .hasMessageNotContaining(secret);
  }
}
