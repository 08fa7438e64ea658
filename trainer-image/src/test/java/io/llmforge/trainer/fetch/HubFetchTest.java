package io.llmforge.trainer.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.Location.HubModel;
import io.llmforge.trainer.fetch.SmallHub.Fault;
import io.llmforge.trainer.fetch.SmallHub.Seen;
import io.llmforge.trainer.storage.FetchedSource;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubFetchTest {

  private static final HubModel MODEL = new HubModel("org/tiny-llama", null);
  private static final byte[] WEIGHTS = FetchFixture.bytes(300_000);

  @TempDir Path folder;
  private SmallHub hub;
  private FetchFixture fixture;

  @BeforeEach
  void serve() throws IOException {
    hub =
        new SmallHub("org/tiny-llama")
            .add("config.json", "{\"model_type\": \"llama\"}")
            .add("model.safetensors", WEIGHTS)
            .add("tokenizer.model", "pieces");
    fixture =
        new FetchFixture(
            folder, Map.of("HF_ENDPOINT", hub.address() + "/", "HF_TOKEN", "hf_secret\n"));
  }

  @AfterEach
  void close() {
    hub.close();
  }

  @Test
  void modelIsFetchedWithItsCommitAndDigests() throws IOException {
    Path model = fixture.fetch(MODEL);

    assertThat(FetchFixture.names(model))
        .containsExactly("config.json", "model.safetensors", "tokenizer.model");
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    var manifest =
        new ObjectMapper().readTree(Files.readString(FetchedSource.of(folder, MODEL).manifest()));
    assertThat(manifest.path("revision").asText()).isEqualTo(SmallHub.COMMIT);
    assertThat(manifest.path("files").get(1).path("sha256").asText())
        .isEqualTo(Sha256.of(model.resolve("model.safetensors")));
  }

  @Test
  void onlyWhatAModelConsistsOfIsFetched() throws IOException {
    hub.add("pytorch_model.bin", "pickle")
        .add("modeling_tiny.py", "import os")
        .add("original/params.json", "{}")
        .add(".gitattributes", "text")
        .add("README.md", "text")
        .add("chat_template.jinja", "{{ messages }}")
        .add("consolidated.safetensors", "the same weights once more");

    Path model = fixture.fetch(MODEL);

    assertThat(FetchFixture.names(model))
        .containsExactly(
            "chat_template.jinja", "config.json", "model.safetensors", "tokenizer.model");
  }

  @Test
  void completeModelIsNotAskedForAgain() {
    fixture.fetch(MODEL);
    hub.close();

    fixture.fetch(MODEL);

    assertThat(fixture.console())
        .contains("org/tiny-llama at " + SmallHub.COMMIT, "is there already");
  }

  @Test
  void fileThatWasLostIsFetchedAgain() throws IOException {
    Files.delete(fixture.fetch(MODEL).resolve("config.json"));
    hub.seen.clear();

    Path model = fixture.fetch(MODEL);

    assertThat(model.resolve("config.json")).exists();
    assertThat(hub.seen).extracting(Seen::path).noneMatch(path -> path.endsWith(".safetensors"));
  }

  @Test
  void tokenGoesToTheHubAndNotWhereItRedirectsTo() {
    fixture.fetch(MODEL);

    assertThat(hub.seen)
        .filteredOn(seen -> seen.server().equals("hub"))
        .isNotEmpty()
        .allMatch(seen -> seen.authorization().equals("Bearer hf_secret"));
    assertThat(hub.seen)
        .filteredOn(seen -> seen.server().equals("store"))
        .isNotEmpty()
        .allMatch(seen -> seen.authorization().isEmpty());
  }

  @Test
  void brokenDownloadGoesOnWhereItStopped() {
    hub.cuts.addAll(List.of(100_000, 50_000));

    Path model = fixture.fetch(MODEL);

    assertThat(model.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(hub.seen)
        .filteredOn(seen -> seen.server().equals("store"))
        .extracting(Seen::range)
        .containsExactly("", "bytes=100000-", "bytes=150000-");
  }

  @Test
  void downloadThatBreaksManyTimesButAdvancesSucceeds() {
    for (int i = 0; i < 2 * Tries.MOST; i++) {
      hub.cuts.add(10_000);
    }

    assertThat(fixture.fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "config.json"})
  void wrongBytesAreRefused(String file) {
    byte[] wrong = file.equals("config.json") ? new byte[23] : FetchFixture.bytes(300_000);
    wrong[5]++;
    hub.damage(file, wrong);

    assertThatThrownBy(() -> fixture.fetch(MODEL))
        .isInstanceOf(StorageException.Unavailable.class)
        .hasMessageContaining(file)
        .hasMessageContaining("digest");
    assertThat(FetchedSource.of(folder, MODEL).isComplete()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../escape.json",
        "/etc/passwd.json",
        "a/../../b.json",
        "a\\b.json",
        "a\nb.json"
      })
  void namesThatLeadElsewhereAreRefused(String name) {
    hub.add(name, "{}");

    assertThatThrownBy(() -> fixture.fetch(MODEL))
        .isInstanceOf(StorageException.AccessDenied.class)
        .hasMessageContaining("no name for a file");
    assertThat(folder.resolve("escape.json")).doesNotExist();
  }

  @Test
  void modelWithoutSafetensorsIsRefused() throws IOException {
    try (var pickles = new SmallHub("org/old").add("pytorch_model.bin", "pickle")) {
      var old = new FetchFixture(folder, Map.of("HF_ENDPOINT", pickles.address().toString()));

      assertThatThrownBy(() -> old.fetch(new HubModel("org/old", null)))
          .isInstanceOf(StorageException.NotFound.class)
          .hasMessageContaining("no safetensors weights");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | GatedRepo | AccessDenied | licence must be accepted at",
        "401 | GatedRepo | AccessDenied | licence must be accepted at",
        "401 | RepoNotFound | NotFound | does not exist at",
        "404 | RevisionNotFound | NotFound | no such revision",
        "404 | '' | NotFound | does not exist",
        "401 | '' | AccessDenied | does not accept HF_TOKEN",
        "403 | '' | AccessDenied | spec.credentials",
        "418 | '' | Unavailable | HTTP 418",
      })
  void refusalSaysWhatToDo(int status, String code, String kind, String words) {
    hub.faults.add(new Fault(status, code.isEmpty() ? Map.of() : Map.of("X-Error-Code", code)));

    assertThatThrownBy(() -> fixture.fetch(MODEL))
        .hasMessageContaining(words)
        .hasMessageContaining("hf://org/tiny-llama")
        .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(kind));
    assertThat(fixture.pauses).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Retry-After, 7, 7",
    "RateLimit, '\"api\";r=0;t=55', 55",
    "RateLimit, '\"api\"; r = 0; t = 55', 55",
    "RateLimit, '\"api\";r=12;t=55', 1",
    "RateLimit, later, 1"
  })
  void busyHubIsAskedAgainWhenItSays(String header, String value, int seconds) {
    hub.faults.add(new Fault(429, Map.of(header, value)));

    fixture.fetch(MODEL);

    assertThat(fixture.paused()).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void hubThatStaysIllEndsTheFetch() {
    for (int i = 0; i < Tries.MOST; i++) {
      hub.faults.add(new Fault(503, Map.of()));
    }

    assertThatThrownBy(() -> fixture.fetch(MODEL))
        .isInstanceOf(StorageException.Unavailable.class)
        .hasMessageContaining("failed 6 times")
        .hasMessageContaining("HTTP 503");
    assertThat(fixture.paused()).isEqualTo(Duration.ofSeconds(1 + 2 + 4 + 8 + 16));
  }

  @Test
  void redirectToSomethingThatIsNoWebAddressIsNotFollowed() {
    hub.redirect = "file:///etc/passwd";

    assertThatThrownBy(() -> fixture.fetch(MODEL))
        .isInstanceOf(StorageException.AccessDenied.class)
        .hasMessageContaining("is not followed");
  }

  @Test
  void stopKeepsWhatIsFetched() {
    var stopping = new FetchFixture(folder, Map.of("HF_ENDPOINT", hub.address().toString()));
    stopping.stop.set(true);

    assertThatThrownBy(() -> stopping.fetch(MODEL))
        .isInstanceOf(FetchControl.StoppedException.class);
    assertThat(fixture.fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void podsThatFetchAtOnceFetchOnce() throws Exception {
    try (var pods = Executors.newFixedThreadPool(4)) {
      Callable<Path> pod = this::fetchAsAPod;
      List<Future<Path>> fetches = pods.invokeAll(List.of(pod, pod, pod, pod));
      for (Future<Path> fetch : fetches) {
        assertThat(fetch.get().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
      }
    }

    assertThat(hub.seen).filteredOn(seen -> seen.server().equals("store")).hasSize(1);
  }

  private Path fetchAsAPod() {
    return new FetchFixture(folder, Map.of("HF_ENDPOINT", hub.address().toString())).fetch(MODEL);
  }

  /** Killed in the middle of a download, twice; the third process goes on and completes. */
  @Test
  void killedFetchIsCompletedByTheNext() throws Exception {
    hub.hangs = true;
    hub.cuts.addAll(List.of(100_000, 100_000));
    Path partial = FetchedSource.of(folder, MODEL).files().resolve("model.safetensors.partial");
    for (long reached : List.of(100_000L, 200_000L)) {
      Process process = FetchProcess.start(folder, hub.address());
      while (process.isAlive() && (!Files.exists(partial) || Files.size(partial) < reached)) {
        Thread.onSpinWait();
      }
      assertThat(process.isAlive()).isTrue();
      process.destroyForcibly().waitFor();
    }

    Process last = FetchProcess.start(folder, hub.address());

    assertThat(last.waitFor()).isZero();
    assertThat(FetchedSource.of(folder, MODEL).content().resolve("model.safetensors"))
        .hasBinaryContent(WEIGHTS);
    assertThat(hub.seen)
        .filteredOn(seen -> seen.server().equals("store"))
        .extracting(Seen::range)
        .containsExactly("", "bytes=100000-", "bytes=200000-");
  }
}
