package io.llmforge.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.FailureCode;
import io.llmforge.crds.plan.TrainingReport;
import io.llmforge.crds.plan.TrainingReport.Completed;
import io.llmforge.crds.plan.TrainingReport.Failed;
import io.llmforge.crds.plan.TrainingReport.Metric;
import io.llmforge.crds.plan.TrainingReport.Output;
import io.llmforge.trainer.checkpoint.Manifest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {

  @TempDir Path folder;

  @Test
  void fullParameterRunLearnsRowsItNeverSaw() throws IOException {
    var run = TinyRun.causal(folder).with("/duration/epochs", 8.0);

    assertThat(run.run()).as(run.console()).isZero();

    var completed = (Completed) run.lastWords();
    assertLearned(completed, 2);
    assertThat(completed.output().kind()).isEqualTo(Output.Kind.MODEL);
    assertThat(completed.output().location()).isEqualTo("pvc://models/out");
    Path published = run.models.resolve("out");
    assertThat(completed.output().digest()).isEqualTo(Manifest.digest(published));
    assertThat(Manifest.problem(published)).isEmpty();
    assertThat(names(published))
        .contains("config.json", "model.safetensors", "tokenizer.json", "metrics.jsonl");
    assertThat(run.console())
        .contains("[epoch 0.00 step 0] eval_loss: ")
        .contains("[epoch 7 step 64] loss: ")
        .contains("Best checkpoint is stored in:\npvc://models/out\nWith perplexity: ");
    assertThat(names(run.models)).containsExactly("base", "out");
  }

  @Test
  void loraRunLearnsRowsItNeverSawAndPublishesAnAdapter() throws IOException {
    var run =
        TinyRun.instruction(folder)
            .with("/duration/epochs", 8.0)
            .with("/optimizer/learningRate", 2e-2);

    assertThat(run.run()).as(run.console()).isZero();

    var completed = (Completed) run.lastWords();
    assertLearned(completed, 1.5);
    assertThat(completed.output().kind()).isEqualTo(Output.Kind.ADAPTER);
    Path published = run.models.resolve("out");
    assertThat(names(published))
        .contains("adapter_config.json", "adapter_model.safetensors", "chat_template.jinja")
        .doesNotContain("model.safetensors");
    var tokenizerConfig =
        new ObjectMapper().readTree(published.resolve("tokenizer_config.json").toFile());
    assertThat(tokenizerConfig.path("bos_token").asText()).isEqualTo("<|begin|>");
    assertThat(tokenizerConfig.path("chat_template").asText())
        .isEqualTo(Files.readString(published.resolve("chat_template.jinja")));
    assertThat(published.resolve("generation_config.json")).content().contains("<|end|>");
    assertThat(run.workspace.resolve("mask-preview.txt"))
        .content()
        .contains("<|user|>Is ")
        .contains("⟦<|assistant|>");
  }

  @Test
  void templateOfTheTokenizerMakesTheRowsAndIsPublishedAsItIs() throws IOException {
    var template =
        """
        {{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content | trim }}<|end|>
        {# Blocks take the line end after them, data does not. #}
        {% endfor %}
        {% if add_generation_prompt %}<|assistant|>{% endif %}
        """;
    var run =
        TinyRun.instruction(folder)
            .with("/objective/textFormat", TinyRun.TOKENIZER_TEMPLATE)
            .with("/duration/epochs", 8.0)
            .with("/optimizer/learningRate", 2e-2);
    Path base = run.models.resolve("base");
    Files.writeString(base.resolve("chat_template.jinja"), template);
    Files.createDirectories(base.resolve("additional_chat_templates"));
    Files.writeString(base.resolve("additional_chat_templates/rag.jinja"), "{{ documents }}");

    assertThat(run.run()).as(run.console()).isZero();

    assertLearned((Completed) run.lastWords(), 1.5);
    Path published = run.models.resolve("out");
    for (String name :
        List.of(
            "tokenizer_config.json",
            "tokenizer.json",
            "chat_template.jinja",
            "additional_chat_templates/rag.jinja")) {
      assertThat(published.resolve(name)).hasSameBinaryContentAs(base.resolve(name));
    }
    assertThat(published.resolve("training_plan.json")).content().contains("2024-07-26");
    assertThat(run.workspace.resolve("mask-preview.txt"))
        .content()
        .contains("<|begin|><|user|>Is ")
        .containsPattern("<\\|assistant\\|>⟦(Even|Odd), the number is\\.<\\|end\\|>⟧\n");
  }

  @Test
  void runWithoutValidationPublishesTheNewestCheckpoint() throws IOException {
    var run = TinyRun.causal(folder).with("/data/validation", null);

    assertThat(run.run()).as(run.console()).isZero();

    var completed = (Completed) run.lastWords();
    assertThat(completed.output().step()).isEqualTo(8);
    assertThat(run.console()).doesNotContain("perplexity");
  }

  @Test
  void adapterIsContinuedFromAnother() throws IOException {
    var first = TinyRun.instruction(folder).with("/duration/epochs", 4.0);
    assertThat(first.run()).isZero();
    double reached = evaluationLoss(first.lastWords()).best();

    var second =
        TinyRun.instruction(folder)
            .with("/model/adapter", Map.of("kind", "claim", "name", "models", "path", "out"))
            .with("/output/location/path", "out2");

    assertThat(second.run()).as(second.console()).isZero();
    assertThat(evaluationLoss(second.lastWords()).first()).isCloseTo(reached, within(1e-5));
  }

  /** Mistakes in what a run is given, each with the code it ends in. */
  enum Mistake {
    MISSING_DATA(FailureCode.SOURCE_NOT_FOUND, "pvc://data/train.jsonl does not exist") {
      @Override
      void make(TinyRun run) throws IOException {
        Files.delete(run.data.resolve("train.jsonl"));
      }
    },
    MALFORMED_ROW(FailureCode.DATASET_INVALID, "pvc://data/train.jsonl:1: not valid JSON") {
      @Override
      void make(TinyRun run) throws IOException {
        Files.writeString(run.data.resolve("train.jsonl"), "{\"messages\": [\n");
      }
    },
    UNKNOWN_ROLE_IN_VALIDATION(
        FailureCode.DATASET_INVALID, "pvc://data/valid.jsonl:1: messages[0].role is 'bot'") {
      @Override
      void make(TinyRun run) throws IOException {
        Files.writeString(
            run.data.resolve("valid.jsonl"),
            "{\"messages\": [{\"role\": \"bot\", \"content\": \"a\"}]}");
      }
    },
    EMPTY_ANSWER(
        FailureCode.DATASET_INVALID,
        "pvc://data/train.jsonl:1: messages[1] of the assistant is empty") {
      @Override
      void make(TinyRun run) throws IOException {
        Files.writeString(
            run.data.resolve("train.jsonl"),
            "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"\"}]}");
      }
    },
    NO_TARGET_IN_CONTEXT(FailureCode.DATASET_INVALID, "raise context_length") {
      @Override
      void make(TinyRun run) {
        run.with("/sequence/contextLength", 4);
      }
    },
    UNKNOWN_ARCHITECTURE(FailureCode.INVALID_CONFIG, "'MambaForCausalLM' is not supported") {
      @Override
      void make(TinyRun run) throws IOException {
        Files.writeString(
            run.models.resolve("base/config.json"), TinyModel.config("MambaForCausalLM"));
      }
    },
    CUT_OFF_WEIGHTS(FailureCode.INVALID_CONFIG, "model.safetensors") {
      @Override
      void make(TinyRun run) throws IOException {
        try (var file =
            new RandomAccessFile(run.models.resolve("base/model.safetensors").toFile(), "rw")) {
          file.setLength(file.length() - 100);
        }
      }
    },
    MISSING_TOKENIZER(
        FailureCode.SOURCE_NOT_FOUND, "pvc://models/base/tokenizer.json does not exist") {
      @Override
      void make(TinyRun run) throws IOException {
        Files.delete(run.models.resolve("base/tokenizer.json"));
      }
    },
    BROKEN_TOKENIZER(
        FailureCode.INVALID_CONFIG, "pvc://models/base/tokenizer.json is not a tokenizer") {
      @Override
      void make(TinyRun run) throws IOException {
        Files.writeString(run.models.resolve("base/tokenizer.json"), "{\"version\": ");
      }
    },
    FOREIGN_TOKENIZER(FailureCode.INVALID_CONFIG, "tokenizer and weights must belong together") {
      @Override
      void make(TinyRun run) throws IOException {
        Path tokenizer = run.models.resolve("base/tokenizer.json");
        Files.writeString(tokenizer, Files.readString(tokenizer).replace("\"I\":79", "\"I\":9000"));
      }
    },
    TARGETS_OF_NOTHING(FailureCode.INVALID_CONFIG, "nothing_proj") {
      @Override
      void make(TinyRun run) {
        run.with("/tuning/targets/names", List.of("nothing_proj"));
      }
    },
    OUTPUT_BELOW_A_FILE(
        FailureCode.CANNOT_WRITE_OUTPUT, "pvc://models/out/adapter cannot be written") {
      @Override
      void make(TinyRun run) throws IOException {
        Files.writeString(run.models.resolve("out"), "a file");
        run.with("/output/location/path", "out/adapter");
      }
    },
    OUTPUT_WITH_FOREIGN_FILES(
        FailureCode.CANNOT_WRITE_OUTPUT, "pvc://models/base holds files that no run has written") {
      @Override
      void make(TinyRun run) {
        run.with("/output/location/path", "base");
      }
    },
    DATA_OUTSIDE_OF_ITS_VOLUME(
        FailureCode.ACCESS_DENIED, "pvc://data/train.jsonl leads out of its volume") {
      @Override
      void make(TinyRun run) throws IOException {
        Path train = run.data.resolve("train.jsonl");
        Files.move(train, run.workspace.resolve("rows.jsonl"));
        Files.createSymbolicLink(train, run.workspace.resolve("rows.jsonl"));
      }
    },
    OTHER_SCHEMA(FailureCode.INVALID_CONFIG, "schema version 7") {
      @Override
      void make(TinyRun run) {
        run.with("/schemaVersion", 7);
      }
    },
    UNREADABLE_PLAN(FailureCode.INVALID_CONFIG, "is not a training plan") {
      @Override
      void make(TinyRun run) {
        run.with("/optimizer/learningRate", -1);
      }
    },
    TOKENIZER_WITHOUT_TEMPLATE(
        FailureCode.INVALID_CONFIG,
        "the tokenizer in pvc://models/base has no chat template; add generation_config.prompt_format") {
      @Override
      void make(TinyRun run) {
        run.with("/objective/textFormat", TinyRun.TOKENIZER_TEMPLATE);
      }
    },
    TEMPLATE_THAT_REFUSES_ROWS(
        FailureCode.DATASET_INVALID,
        "pvc://data/train.jsonl:1: the chat template refuses the conversation: line 1 of the chat"
            + " template: Only questions, please") {
      @Override
      void make(TinyRun run) throws IOException {
        run.with("/objective/textFormat", TinyRun.TOKENIZER_TEMPLATE);
        Files.writeString(
            run.models.resolve("base/chat_template.jinja"),
            "{{ raise_exception('Only questions, please') if messages | length > 1 }}");
      }
    },
    DIVERGING(FailureCode.DIVERGED, "lower learning_rate") {
      @Override
      void make(TinyRun run) {
        run.with("/optimizer/learningRate", 1e30);
      }
    };

    private final FailureCode code;
    private final String message;

    Mistake(FailureCode code, String message) {
      this.code = code;
      this.message = message;
    }

    abstract void make(TinyRun run) throws IOException;
  }

  @ParameterizedTest
  @EnumSource(Mistake.class)
  void mistakeEndsInItsCodeWithNothingLeftBehind(Mistake mistake) throws IOException {
    var run = TinyRun.instruction(folder);
    mistake.make(run);
    var before = names(run.models);

    int exitCode = run.run();

    assertThat(exitCode).as(run.console()).isEqualTo(mistake.code.exitCode());
    var failed = (Failed) run.lastWords();
    assertThat(failed.code()).isEqualTo(mistake.code);
    assertThat(failed.message()).contains(mistake.message);
    assertThat(Files.size(run.terminationLog())).isLessThanOrEqualTo(4096);
    assertThat(names(run.models)).isEqualTo(before);
  }

  @Test
  void wrongUsageSaysWhatIsWrong() throws IOException {
    for (var arguments :
        List.of(
            List.<String>of(),
            List.of("run"),
            List.of("train", "--plan=plan.json"),
            List.of("train", "--volume=data"),
            List.of("train", "--status-port=many"),
            List.of("train", "--steps=3"))) {
      var run = TinyRun.causal(folder);
      var trainer =
          new Trainer(
              new TrainerSurroundings(
                  Map.of("LLMFORGE_TERMINATION_LOG", run.terminationLog().toString()),
                  System.out,
                  Clock.systemUTC()));

      assertThat(trainer.run(arguments)).isEqualTo(64);
      assertThat(((Failed) run.lastWords()).message()).endsWith("train --help says how it is used");
    }
  }

  private static void assertLearned(Completed completed, double bound) {
    var loss = evaluationLoss(completed);
    assertThat(loss.first()).isGreaterThan(4);
    assertThat(loss.best()).isLessThan(bound);
    assertThat(completed.progress().step()).isEqualTo(completed.progress().totalSteps());
  }

  private static Metric evaluationLoss(TrainingReport report) {
    return report.progress().metrics().stream()
        .filter(metric -> metric.name().equals(Metric.EVALUATION_LOSS))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
