package io.llmforge.trainer.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.Location.RemoteFolder;
import io.llmforge.trainer.report.ConsoleProgress;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against S3Proxy, a server of the S3 API that checks signatures and digests. */
class ObjectUploadTest {

  /** The smallest parts that S3 takes. */
  private static final int PART = 5 << 20;

  private static final String MANIFEST = "MANIFEST.json";
  private static final byte[] WEIGHTS = FetchFixture.bytes(2 * PART + 12_345);

  @TempDir Path temporary;
  private ObjectServer server;
  private Path folder;

  @BeforeEach
  void serve() throws Exception {
    server = new ObjectServer();
    folder = Files.createDirectories(temporary.resolve("output"));
    Files.write(folder.resolve("model.safetensors"), WEIGHTS);
    Files.writeString(folder.resolve("config.json"), "{}");
    Files.createDirectories(folder.resolve("runs/poet-1"));
    Files.writeString(folder.resolve("runs/poet-1/events"), "events");
    writeManifest("model.safetensors", "config.json", "runs/poet-1/events");
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void folderArrivesWhole() throws IOException {
    var upload = upload(() -> false);
    upload.requirePossible(MANIFEST, temporary);
    assertThat(server.objects("team/poet")).containsOnlyKeys(".llmforge-upload");

    upload.run(content());

    assertArrived();
  }

  /** Wherever it is stopped, what is there is no result, and the next goes on. */
  @Test
  void uploadThatIsStoppedAnywhereGoesOn() throws IOException {
    var inParts = 0;
    for (var asked = 1; ; asked++) {
      var left = new AtomicInteger(asked);
      try {
        upload(() -> left.decrementAndGet() < 0).run(content());
        break;
      } catch (FetchControl.StoppedException e) {
        var there = server.objects("team/poet");
        if (there.containsKey(MANIFEST)) {
          assertThat(there.keySet()).containsAll(names());
        }
        inParts += notes().isEmpty() ? 0 : 1;
      }
    }

    assertArrived();
    assertThat(inParts).as("stops among the parts of a file").isPositive();
    assertThat(notes()).isEmpty();
  }

  /** A folder with a file that its manifest does not name is no result for the next attempt. */
  @Test
  void largeFileOfASubfolderLeavesNoNoteInTheFolder() throws IOException {
    Files.createDirectories(folder.resolve("adapter"));
    Files.move(folder.resolve("model.safetensors"), folder.resolve("adapter/model.safetensors"));
    writeManifest("adapter/model.safetensors", "config.json", "runs/poet-1/events");
    var whole = content();
    var inParts = 0;
    for (var asked = 1; inParts == 0; asked++) {
      var left = new AtomicInteger(asked);
      assertThatThrownBy(() -> upload(() -> left.decrementAndGet() < 0).run(whole))
          .isInstanceOf(FetchControl.StoppedException.class);
      assertThat(content()).isEqualTo(whole);
      inParts = notes().size();
    }

    upload(() -> false).run(whole);

    assertArrived();
    assertThat(notes()).isEmpty();
  }

  @Test
  void olderResultIsNoneUntilTheNewOneIsWhole() throws IOException {
    upload(() -> false).run(content());
    Files.delete(folder.resolve("config.json"));
    Files.writeString(folder.resolve("adapter_config.json"), "{}");
    writeManifest("model.safetensors", "adapter_config.json", "runs/poet-1/events");
    var left = new AtomicInteger(4);

    assertThatThrownBy(() -> upload(() -> left.decrementAndGet() < 0).run(content()))
        .isInstanceOf(FetchControl.StoppedException.class);
    assertThat(server.objects("team/poet")).doesNotContainKey(MANIFEST);
    upload(() -> false).run(content());

    assertArrived();
  }

  @Test
  void objectThatIsNotWhatItWasIsSentAgain() throws IOException {
    upload(() -> false).run(content());
    server.put("team/poet/config.json", "{]");

    upload(() -> false).run(content());

    assertArrived();
  }

  @Test
  void uploadThatTheStoreForgotBeginsAgain() throws IOException {
    var digest = Sha256.of(folder.resolve("model.safetensors"));
    Files.writeString(temporary.resolve(".upload-" + digest), "nobody-knows-this");

    upload(() -> false).run(content());

    assertArrived();
  }

  @Test
  void filesOfOthersAreLeftAlone() throws IOException {
    server.put("team/poet/thesis.txt", "years of work");

    assertThatThrownBy(() -> upload(() -> false).requirePossible(MANIFEST, temporary))
        .isInstanceOf(StorageException.CannotWrite.class)
        .hasMessageContaining("s3://results/team/poet holds files that no run has written");
    assertThat(server.objects("team/poet")).containsOnlyKeys("thesis.txt");
  }

  @Test
  void aBucketThatIsNotThereIsNamed() {
    var upload = upload(new RemoteFolder("s3://elsewhere/poet"), server.environment(), () -> false);

    assertThatThrownBy(() -> upload.requirePossible(MANIFEST, temporary))
        .isInstanceOf(StorageException.NotFound.class)
        .hasMessageContaining("there is no such bucket");
  }

  @Test
  void aWrongKeyIsRefusedBeforeAnythingIsTrained() {
    var environment = server.environment();
    environment.put("AWS_SECRET_ACCESS_KEY", "wrong");
    var upload = upload(new RemoteFolder("s3://results/poet"), environment, () -> false);

    assertThatThrownBy(() -> upload.requirePossible(MANIFEST, temporary))
        .isInstanceOf(StorageException.AccessDenied.class)
        .hasMessageContaining("purpose Outputs")
        .hasMessageNotContaining("wrong");
  }

  private void assertArrived() throws IOException {
    var objects = server.objects("team/poet");
    var expected = new ArrayList<>(names());
    expected.add(MANIFEST);
    assertThat(objects.keySet()).containsExactlyInAnyOrderElementsOf(expected);
    for (var name : expected) {
      assertThat(objects.get(name)).as(name).isEqualTo(Files.readAllBytes(folder.resolve(name)));
    }
  }

  private List<String> names() throws IOException {
    return content().files().stream().map(FolderUpload.Content::path).toList();
  }

  private List<Path> notes() throws IOException {
    try (var files = Files.list(temporary)) {
      return files.filter(file -> file.getFileName().toString().startsWith(".upload-")).toList();
    }
  }

  private FolderUpload upload(BooleanSupplier stop) {
    return upload(new RemoteFolder("s3://results/team/poet"), server.environment(), stop);
  }

  private static FolderUpload upload(
      RemoteFolder place, Map<String, String> environment, BooleanSupplier stop) {
    var console =
        new ConsoleProgress(
            new PrintStream(PrintStream.nullOutputStream()), InstantSource.system());
    var control = new FetchControl(stop, pause -> {}, console);
    var target = new UploadTarget(place, ObjectClients.s3(new RemoteSettings(environment)));
    return new ObjectUpload(target, control, PART);
  }

  private FolderUpload.Folder content() throws IOException {
    var files = new ArrayList<FolderUpload.Content>();
    try (var tree = Files.walk(folder)) {
      for (var file : tree.filter(Files::isRegularFile).sorted().toList()) {
        var name = folder.relativize(file).toString();
        if (!name.equals(MANIFEST)) {
          files.add(new FolderUpload.Content(name, Files.size(file), Sha256.of(file)));
        }
      }
    }
    return new FolderUpload.Folder(folder, files, MANIFEST);
  }

  private void writeManifest(String... names) throws IOException {
    var files = new ArrayList<String>();
    for (var name : names) {
      files.add("{\"path\": \"%s\"}".formatted(name));
    }
    Files.writeString(
        folder.resolve(MANIFEST), "{\"files\": [%s]}".formatted(String.join(", ", files)));
  }
}
