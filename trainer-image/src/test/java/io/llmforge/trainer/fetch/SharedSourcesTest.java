package io.llmforge.trainer.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.Location.HubModel;
import io.llmforge.trainer.fetch.SmallHub.Seen;
import io.llmforge.trainer.storage.FetchedSource;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that share a folder: what one has fetched from a Hub, another finds, if it may read it. */
class SharedSourcesTest {

  private static final HubModel MODEL = new HubModel("org/tiny-llama", null);
  private static final byte[] WEIGHTS = FetchFixture.bytes(300_000);
  private static final String NEWER = "89abcdef0123456789abcdef0123456789abcdef";

  @TempDir Path folder;
  private Path cache;
  private SmallHub hub;

  @BeforeEach
  void serve() throws IOException {
    cache = folder.resolve("shared/llmforge-cache");
    hub =
        new SmallHub("org/tiny-llama")
            .add("config.json", "{\"model_type\": \"llama\"}")
            .add("model.safetensors", WEIGHTS)
            .add("tokenizer.model", "pieces");
  }

  @AfterEach
  void close() {
    hub.close();
  }

  @Test
  void anotherRunOfTheModelDownloadsNothing() throws IOException {
    Path first = run("first").fetch(MODEL);
    hub.seen.clear();
    FetchFixture second = run("second");

    Path found = second.fetch(MODEL);

    assertThat(found).isEqualTo(first).startsWith(cache);
    assertThat(FetchFixture.names(found))
        .containsExactly("config.json", "model.safetensors", "tokenizer.model");
    assertThat(hub.seen)
        .isNotEmpty()
        .noneMatch(Seen::isBody)
        .allMatch(seen -> seen.authorization().equals("Bearer hf_first"));
    assertThat(second.console())
        .contains("org/tiny-llama at " + SmallHub.COMMIT + " was fetched by another run: 3 files");
    assertThat(folder.resolve("second/sources")).isDirectoryNotContaining("glob:**.safetensors");
  }

  @Test
  void branchAndCommitAreOneVersion() {
    Path first = run("first").fetch(MODEL);

    assertThat(run("second").fetch(new HubModel("org/tiny-llama", SmallHub.COMMIT)))
        .isEqualTo(first);
  }

  @Test
  void runKeepsTheVersionThatItResolvedFirst() throws IOException {
    FetchFixture first = run("first");
    Path older = first.fetch(MODEL);
    byte[] changed = FetchFixture.bytes(250_000);
    hub.commit = NEWER;
    hub.add("model.safetensors", changed);

    Path newer = run("second").fetch(MODEL);

    assertThat(newer.resolve("model.safetensors")).hasBinaryContent(changed);
    assertThat(newer).isNotEqualTo(older);
    hub.close();
    assertThat(first.fetch(MODEL)).isEqualTo(older);
    assertThat(older.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void runWithoutTheRightToReadIsRefusedThoughTheFilesAreThere() {
    run("first").fetch(MODEL);
    hub.reader = "hf_first";
    FetchFixture other =
        new FetchFixture(
            folder.resolve("other"),
            Optional.of(cache),
            Map.of("HF_ENDPOINT", hub.address().toString(), "HF_TOKEN", "hf_revoked"));

    assertThatThrownBy(() -> other.fetch(MODEL))
        .isInstanceOf(StorageException.AccessDenied.class)
        .hasMessageContaining("licence must be accepted");

    assertThatThrownBy(() -> other.read(MODEL))
        .isInstanceOf(StorageException.NotFound.class)
        .hasMessageContaining("is not in the workspace");
    assertThat(run("second").fetch(MODEL)).isDirectory();
  }

  @Test
  void damagedFileIsFetchedAnewAndNoOther() throws IOException {
    Path weights = run("first").fetch(MODEL).resolve("model.safetensors");
    FileTime written = Files.getLastModifiedTime(weights.resolveSibling("config.json"));
    byte[] damaged = WEIGHTS.clone();
    damaged[7]++;
    Files.write(weights, damaged);
    hub.seen.clear();
    FetchFixture second = run("second");

    assertThat(second.fetch(MODEL).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);

    assertThat(second.console()).contains("model.safetensors of hf://org/tiny-llama is damaged");
    assertThat(hub.seen)
        .filteredOn(Seen::isBody)
        .extracting(Seen::path)
        .allMatch(path -> path.endsWith("/model.safetensors"))
        .isNotEmpty();
    assertThat(Files.getLastModifiedTime(weights.resolveSibling("config.json"))).isEqualTo(written);
  }

  @Test
  void whatWasDeletedIsFetchedAgainByTheRunThatReadsIt() throws IOException {
    FetchFixture first = run("first");
    Path model = first.fetch(MODEL);
    FetchFixture.deleteTree(cache);
    assertThatThrownBy(() -> first.read(MODEL))
        .isInstanceOf(StorageException.NotFound.class)
        .hasMessageContaining("is not there any more");

    assertThat(first.fetch(MODEL)).isEqualTo(model);
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void runsThatFetchAtOnceFetchOnce() throws Exception {
    try (var pods = Executors.newFixedThreadPool(4)) {
      List<Callable<Path>> runs =
          Stream.of("a", "b", "c", "d")
              .map(name -> (Callable<Path>) () -> run(name).fetch(MODEL))
              .toList();
      for (Future<Path> fetch : pods.invokeAll(runs)) {
        assertThat(fetch.get().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
      }
    }

    assertThat(hub.seen).filteredOn(seen -> seen.server().equals("store")).hasSize(1);
  }

  /** Killed in the middle of a download, twice; the third, of another run, goes on. */
  @Test
  void killedFetchIsCompletedByAnotherRun() throws Exception {
    hub.hangs = true;
    hub.cuts.addAll(List.of(100_000, 100_000));
    for (long reached : List.of(100_000L, 200_000L)) {
      Process process =
          FetchProcess.start(folder.resolve("first"), Optional.of(cache), hub.address());
      while (process.isAlive() && fetched() < reached) {
        Thread.onSpinWait();
      }
      assertThat(process.isAlive()).isTrue();
      process.destroyForcibly().waitFor();
    }
    assertThat(FetchedSource.of(folder.resolve("first"), MODEL).pin()).doesNotExist();

    Path model = run("second").fetch(MODEL);

    assertThat(model.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(hub.seen)
        .filteredOn(seen -> seen.server().equals("store"))
        .extracting(Seen::range)
        .containsExactly("", "bytes=100000-", "bytes=200000-");
    try (Stream<Path> left = Files.walk(cache)) {
      assertThat(left).noneMatch(path -> path.toString().endsWith(".partial"));
    }
  }

  @Test
  void runThatSharesNothingMoreSaysWhatToDo() {
    run("first").fetch(MODEL);
    var alone = new FetchFixture(folder.resolve("first"), Map.of());

    assertThatThrownBy(() -> alone.read(MODEL))
        .isInstanceOf(StorageException.NotFound.class)
        .hasMessageContaining("put back spec.storage.cache");
  }

  @Test
  void mirrorsAreOtherPlaces() throws IOException {
    Path first = run("first").fetch(MODEL);
    try (var mirror =
        new SmallHub("org/tiny-llama").add("config.json", "{}").add("model.safetensors", WEIGHTS)) {
      var other =
          new FetchFixture(
              folder.resolve("other"),
              Optional.of(cache),
              Map.of("HF_ENDPOINT", mirror.address().toString()));

      Path model = other.fetch(MODEL);

      assertThat(model.getParent().getParent()).isNotEqualTo(first.getParent().getParent());
      assertThat(Files.readString(model.resolve("config.json"), StandardCharsets.UTF_8))
          .isEqualTo("{}");
    }
  }

  private FetchFixture run(String name) {
    return new FetchFixture(
        folder.resolve(name),
        Optional.of(cache),
        Map.of("HF_ENDPOINT", hub.address().toString(), "HF_TOKEN", "hf_first"));
  }

  private long fetched() throws IOException {
    if (!Files.exists(cache)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(cache)) {
      return files
          .filter(path -> path.endsWith("model.safetensors.partial"))
          .mapToLong(path -> path.toFile().length())
          .sum();
    }
  }
}
