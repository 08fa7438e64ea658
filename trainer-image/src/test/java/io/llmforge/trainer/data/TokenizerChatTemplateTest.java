package io.llmforge.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerChatTemplateTest {

  @TempDir Path folder;

  @Test
  void textInTheConfigIsTheTemplate() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": \"config\"}");

    assertThat(rendered()).isEqualTo("config");
  }

  @Test
  void fileOfItsOwnComesBeforeTheConfig() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": \"config\"}");
    write("chat_template.jinja", "file\n");

    assertThat(rendered()).isEqualTo("file");
  }

  @Test
  void ofNamedTemplatesTheDefaultOneIsTaken() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"chat_template": [{"name": "tool_use", "template": "tools"},
                           {"name": "default", "template": "chat"}]}
        """);

    assertThat(rendered()).isEqualTo("chat");
  }

  @Test
  void namedTemplatesWithoutADefaultAreRefused() throws IOException {
    write(
        "tokenizer_config.json", "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"x\"}]}");

    assertThatThrownBy(this::read)
        .isInstanceOf(TokenizerInvalidException.class)
        .hasMessageContaining("none is named 'default'; add generation_config.prompt_format");
  }

  @Test
  void tokenizerWithoutATemplateIsRefusedWithWhatToDo() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": null}");

    assertThatThrownBy(this::read)
        .isInstanceOf(TokenizerInvalidException.class)
        .hasMessageStartingWith(
            "the tokenizer in pvc://m/model has no chat template; add generation_config.prompt_format,"
                + " for example");
  }

  @Test
  void templateThatIsNotJinjaIsRefusedWithItsLine() throws IOException {
    write("chat_template.jinja", "\n{% if %}");

    assertThatThrownBy(this::read)
        .isInstanceOf(TokenizerInvalidException.class)
        .hasMessageContaining("pvc://m/model")
        .hasMessageContaining("line 2 of the chat template");
  }

  @Test
  void configThatIsNotJsonIsRefused() throws IOException {
    write("tokenizer_config.json", "{");

    assertThatThrownBy(this::read)
        .isInstanceOf(TokenizerInvalidException.class)
        .hasMessageContaining("is not JSON");
  }

  @Test
  void specialTokensAreTextsOrObjectsOfEitherFile() throws IOException {
    write("chat_template.jinja", "x");
    write(
        "special_tokens_map.json",
        "{\"bos_token\": \"<old>\", \"pad_token\": {\"content\": \"<p>\"}}");
    write(
        "tokenizer_config.json",
        """
        {"add_bos_token": true, "bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>",
         "unk_token": null, "extra_special_tokens": {"image_token": "<img>"}, "model_max_length": 5}
        """);

    assertThat(read().specialTokens())
        .isEqualTo(
            Map.of(
                "bos_token",
                "<s>",
                "eos_token",
                "</s>",
                "pad_token",
                "<p>",
                "image_token",
                "<img>"));
  }

  private String rendered() {
    return read().template().render(Map.of(), LocalDateTime.MIN).text();
  }

  private TokenizerChatTemplate read() {
    return TokenizerChatTemplate.read(folder, "pvc://m/model");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
