package io.llmforge.trainer.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.Location.HubModel;
import io.llmforge.trainer.fetch.HubServer.Fault;
import io.llmforge.trainer.fetch.HubServer.Fault.Kind;
import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Against a Hub with which the Hub's own client works too. */
class HubUploadTest {

  private static final String MANIFEST = "MANIFEST.json";
  private static final HubModel PLACE = new HubModel("team/poet", null);
  private static final byte[] WEIGHTS = FetchFixture.bytes(300_000);
  private static final int PART = 100_000;

  @TempDir Path temporary;
  private final List<Duration> pauses = new ArrayList<>();
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private HubServer hub;
  private Path folder;

  @BeforeEach
  void serve() throws Exception {
    hub = new HubServer();
    folder = Files.createDirectories(temporary.resolve("output"));
    Files.write(folder.resolve("model.safetensors"), WEIGHTS);
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\"}");
    Files.writeString(folder.resolve("empty.bin"), "");
    Files.createDirectories(folder.resolve("runs/poet 1"));
    Files.writeString(folder.resolve("runs/poet 1/events.tfevents.1"), "events");
    writeManifest();
  }

  @AfterEach
  void close() {
    hub.close();
  }

  @Test
  void folderArrivesAsOneCommit() throws IOException {
    upload().requirePossible(MANIFEST, temporary);
    assertThat(hub.repository("team/poet").isPrivate).isTrue();
    assertThat(hub.repository("team/poet").length("main")).isEqualTo(1);

    var place = upload().run(content());

    assertThat(place).isEqualTo("hf://team/poet@" + hub.head("team/poet", "main"));
    assertThat(hub.repository("team/poet").length("main")).isEqualTo(2);
    assertThat(hub.repository("team/poet").at("main").orElseThrow().text())
        .contains(Sha256.of(folder.resolve(MANIFEST)));
    assertArrived("main");
    assertThat(hub.store.received).hasSize(2);
    assertThat(console()).contains("[upload] " + place + ": 5 files");
    assertThat(FetchFixture.names(temporary)).containsExactly("output");
  }

  @Test
  void whatIsPublishedCanBeFetched() throws IOException {
    var place = upload().run(content());

    var fetch = new FetchFixture(temporary, hub.environment());
    var model = fetch.fetch(new HubModel("team/poet", place.replaceFirst(".*@", "")));

    assertThat(model.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void sameContentIsNotPublishedAgain() throws IOException {
    var first = upload().run(content());

    var again = upload().run(content());

    assertThat(again).isEqualTo(first);
    assertThat(hub.repository("team/poet").length("main")).isEqualTo(2);
    assertThat(hub.store.received).hasSize(2);
  }

  /** In the same commit, and without what somebody else has put there. */
  @Test
  void olderResultIsReplacedAtOnce() throws IOException {
    upload().run(content());
    hub.repository("team/poet").add("LICENSE", "mine");
    Files.delete(folder.resolve("config.json"));
    Files.writeString(folder.resolve("adapter_config.json"), "{}");
    writeManifest();

    upload().requirePossible(MANIFEST, temporary);
    upload().run(content());

    assertArrived("main");
    assertThat(hub.files("team/poet", "main"))
        .doesNotContainKey("config.json")
        .containsKeys("LICENSE", ".gitattributes");
    assertThat(hub.repository("team/poet").length("main")).isEqualTo(4);
    assertThat(hub.store.received).hasSize(2);
  }

  /** The store takes nothing until the upload is over. */
  @Test
  @Timeout(60)
  void stopIsHeardWhileALargeFileIsSent() throws IOException {
    var stop = new AtomicBoolean();
    var isOver = new CompletableFuture<Boolean>();
    hub.store.beforeTaking =
        () -> {
          stop.set(true);
          isOver.join();
        };
    var upload = upload(PLACE, hub.environment(), stop::get);

    try {
      assertThatThrownBy(() -> upload.run(content()))
          .isInstanceOf(FetchControl.StoppedException.class);
      assertThat(hub.store.received).isEmpty();
    } finally {
      isOver.complete(true);
    }

    hub.store.beforeTaking = () -> {};
    upload().run(content());
    assertArrived("main");
  }

  @Test
  void branchIsMadeAndAloneWritten() throws IOException {
    var place = new HubModel("team/poet", "experiments/one");
    var upload = upload(place, hub.environment(), () -> false);

    upload.requirePossible(MANIFEST, temporary);
    upload.run(content());

    assertArrived("experiments/one");
    assertThat(hub.files("team/poet", "main")).containsOnlyKeys(".gitattributes");
  }

  @Test
  void anotherCommitInBetweenIsBuiltOn() throws IOException {
    hub.beforeCommits.add(() -> hub.repository("team/poet").add("LICENSE", "mine"));

    upload().run(content());

    assertArrived("main");
    assertThat(hub.files("team/poet", "main")).containsKey("LICENSE");
    assertThat(hub.store.received).as("large files, each sent once").hasSize(2);
    assertThat(console()).contains("another commit came before this one");
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "UNKNOWN_YET")
  void commitThatFailsOrSeemsToIsMadeOnce(Kind kind) throws IOException {
    hub.faults.add(new Fault("/commit/", kind));

    var place = upload().run(content());

    assertArrived("main");
    assertThat(place).endsWith("@" + hub.head("team/poet", "main"));
    assertThat(hub.repository("team/poet").length("main")).isEqualTo(2);
  }

  @Test
  void commitThatIsNotKnownAtOnceIsWaitedFor() throws IOException {
    hub.beforeCommits.add(() -> hub.faults.add(new Fault("/revision/", Kind.UNKNOWN_YET)));

    upload().run(content());

    assertArrived("main");
    assertThat(console()).contains("is not known yet");
  }

  /** Wherever it is stopped, nothing of it is there, and the next goes on. */
  @Test
  void uploadThatIsStoppedAnywhereGoesOn() throws IOException {
    hub.store.partBytes = PART;
    var stops = 0;
    for (var asked = 1; ; asked++) {
      var left = new AtomicInteger(asked);
      try {
        upload(PLACE, hub.environment(), () -> left.decrementAndGet() < 0).run(content());
        break;
      } catch (FetchControl.StoppedException e) {
        stops++;
        if (hub.has("team/poet") && hub.repository("team/poet").length("main") == 1) {
          assertThat(hub.files("team/poet", "main")).containsOnlyKeys(".gitattributes");
        }
      }
    }

    assertThat(stops).isGreaterThan(3);
    assertArrived("main");
    assertThat(hub.repository("team/poet").length("main")).isEqualTo(2);
  }

  @Test
  void largeFileGoesInParts() throws IOException {
    hub.store.partBytes = PART;

    upload().run(content());

    assertArrived("main");
    assertThat(hub.store.received)
        .containsExactly(
            "objects/" + Sha256.of(folder.resolve("runs/poet 1/events.tfevents.1")),
            "parts/upload-1/1",
            "parts/upload-1/2",
            "parts/upload-1/3")
        .hasSize(4);
  }

  /** The second part of a file, the completion, a whole file: addresses are asked for again. */
  @ParameterizedTest
  @CsvSource({"0", "1", "2"})
  void addressesThatExpireAreAskedForAgain(int requests) throws IOException {
    hub.store.partBytes = PART;
    hub.store.expireAfter(requests);

    upload().run(content());

    assertArrived("main");
    assertThat(console()).contains("as when an address has expired");
  }

  @ParameterizedTest
  @CsvSource({"0", "500", "503"})
  void storeThatFailsIsAskedAgain(int fault) throws IOException {
    hub.store.partBytes = PART;
    hub.store.faults.addAll(List.of(fault, fault));

    upload().run(content());

    assertArrived("main");
    assertThat(pauses).isNotEmpty();
  }

  @Test
  void hubThatIsBusyIsAskedAgainButNotForEver() throws IOException {
    for (var path : List.of("/revision/", "/repos/create", "/preupload/", ".git/", "/commit/")) {
      hub.faults.add(new Fault(path, Kind.UNAVAILABLE));
    }

    upload().run(content());
    assertArrived("main");
    for (var failure = 0; failure < Tries.MOST; failure++) {
      hub.faults.add(new Fault("/revision/", Kind.UNAVAILABLE));
    }

    assertThatThrownBy(() -> upload().run(content()))
        .isInstanceOf(StorageException.Unavailable.class)
        .hasMessageContaining("hf://team/poet failed 6 times");
  }

  @Test
  void hubBehindAProxyNamesItselfAsItDoes() throws IOException {
    hub.store.partBytes = PART;
    hub.named = Optional.of("https://huggingface.co");

    upload().run(content());

    assertArrived("main");
  }

  @Test
  void whatArrivesOtherwiseIsNoResult() {
    hub.damaged.add("config.json");

    assertThatThrownBy(() -> upload().run(content()))
        .isInstanceOf(StorageException.Unavailable.class)
        .hasMessageContaining("is not what was sent");
  }

  @Test
  void filesOfOthersAreLeftAlone() {
    hub.create("team/poet").add("thesis.txt", "years of work");

    assertThatThrownBy(() -> upload().requirePossible(MANIFEST, temporary))
        .isInstanceOf(StorageException.CannotWrite.class)
        .hasMessageContaining("hf://team/poet holds files that no run has written");
  }

  @Test
  void newRepositoryWithACardIsTaken() {
    hub.create("team/poet").add("README.md", "---\nlicense: mit\n---\n");

    upload().requirePossible(MANIFEST, temporary);

    assertThat(hub.seen).anyMatch(request -> request.contains("/preupload/main"));
  }

  @ParameterizedTest
  @CsvSource({
    "hf_wrong, team/poet, does not accept HF_TOKEN (Invalid credentials in Authorization header)",
    "hf_reads, team/poet, may not be written by the account of HF_TOKEN",
    "hf_reads, team/open, may not be written by the account of HF_TOKEN",
    "hf_writes, others/poet, may not be written by the account of HF_TOKEN",
    "hf_writes, others/open, may not be written by the account of HF_TOKEN",
    "hf_writes, others/gated, may not be written by the account of HF_TOKEN",
    "'', team/poet, cannot be written without HF_TOKEN"
  })
  void placeThatMayNotBeWrittenIsRefused(String token, String repository, String words) {
    hub.create("team/open");
    hub.create("others/open");
    hub.create("others/gated");
    hub.gate("others/gated");
    Map<String, String> environment = new HashMap<>(hub.environment());
    environment.put("HF_TOKEN", token);
    var upload = upload(new HubModel(repository, null), environment, () -> false);

    assertThatThrownBy(() -> upload.requirePossible(MANIFEST, temporary))
        .isInstanceOf(StorageException.AccessDenied.class)
        .hasMessageContaining(words)
        .hasMessageContaining("purpose Outputs")
        .hasMessageNotContaining("hf_w")
        .hasMessageNotContaining("hf_r");
    assertThat(console()).doesNotContain("hf_w", "hf_r");
  }

  private void assertArrived(String branch) throws IOException {
    var files = hub.files("team/poet", branch);
    for (var file : content().files()) {
      assertThat(files.get(file.path()))
          .as(file.path())
          .isEqualTo(Files.readAllBytes(folder.resolve(file.path())));
    }
    assertThat(files.get(MANIFEST)).isEqualTo(Files.readAllBytes(folder.resolve(MANIFEST)));
  }

  private HubUpload upload() {
    return upload(PLACE, hub.environment(), () -> false);
  }

  private HubUpload upload(HubModel place, Map<String, String> environment, BooleanSupplier stop) {
    var out = new PrintStream(console, true, StandardCharsets.UTF_8);
    var control =
        new FetchControl(stop, pauses::add, new ConsoleProgress(out, InstantSource.system()));
    return new HubUpload(place, new RemoteSettings(environment), control, InstantSource.system());
  }

  private String console() {
    return console.toString(StandardCharsets.UTF_8);
  }

  private FolderUpload.Folder content() throws IOException {
    var files = new ArrayList<FolderUpload.Content>();
    for (var name : names()) {
      var file = folder.resolve(name);
      files.add(new FolderUpload.Content(name, Files.size(file), Sha256.of(file)));
    }
    return new FolderUpload.Folder(folder, files, MANIFEST);
  }

  private List<String> names() throws IOException {
    try (var tree = Files.walk(folder)) {
      return tree.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .filter(name -> !name.equals(MANIFEST))
          .sorted((one, other) -> other.compareTo(one))
          .toList();
    }
  }

  private void writeManifest() throws IOException {
    var files = names().stream().map("{\"path\": \"%s\"}"::formatted).toList();
    Files.writeString(
        folder.resolve(MANIFEST), "{\"files\": [%s]}".formatted(String.join(", ", files)));
  }
}
