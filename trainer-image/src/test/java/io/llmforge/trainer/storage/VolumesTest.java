package io.llmforge.trainer.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmforge.crds.plan.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumesTest {

  @TempDir Path folder;
  private Path claim;
  private Volumes volumes;

  @BeforeEach
  void mount() throws IOException {
    claim = Files.createDirectories(folder.resolve("claim"));
    volumes =
        new Volumes(Files.createDirectories(folder.resolve("workspace")), Map.of("data", claim));
  }

  @Test
  void claimAndWorkspaceAreFolders() throws IOException {
    Files.writeString(claim.resolve("train.jsonl"), "{}");

    assertThat(volumes.source(new Location.Claim("data", "train.jsonl")))
        .isEqualTo(claim.resolve("train.jsonl"));
    assertThat(volumes.target(new Location.Workspace("out/adapter")))
        .isEqualTo(folder.resolve("workspace/out/adapter"));
  }

  @Test
  void missingSourceIsNamedAsItsUserWroteIt() {
    assertThatThrownBy(() -> volumes.source(new Location.Claim("data", "train.jsonl")))
        .isInstanceOf(StorageException.NotFound.class)
        .hasMessageContaining("pvc://data/train.jsonl does not exist");
  }

  @Test
  void remoteSourceIsThereOnceItsManifestIs() throws IOException {
    var rows = new Location.RemoteFile("s3://bucket/sets/train.jsonl");
    FetchedSource source = FetchedSource.of(volumes.workspace(), rows);
    Files.createDirectories(source.files());
    Files.writeString(source.content(), "{}");

    assertThatThrownBy(() -> volumes.source(rows))
        .isInstanceOf(StorageException.NotFound.class)
        .hasMessageContaining("s3://bucket/sets/train.jsonl is not in the workspace");
    Files.writeString(source.manifest(), "{}");
    assertThat(volumes.source(rows)).isEqualTo(source.content()).hasFileName("train.jsonl");
  }

  @Test
  void claimThatIsNotMountedIsNotFound() {
    assertThatThrownBy(() -> volumes.target(new Location.Claim("models", "a")))
        .isInstanceOf(StorageException.NotFound.class)
        .hasMessageContaining("--volume=models=FOLDER");
  }

  @Test
  void linkOutOfTheVolumeIsRefused() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    Files.createSymbolicLink(claim.resolve("innocent"), secret);
    Files.createSymbolicLink(claim.resolve("outside"), folder);

    assertThatThrownBy(() -> volumes.source(new Location.Claim("data", "innocent")))
        .isInstanceOf(StorageException.AccessDenied.class)
        .hasMessageContaining("pvc://data/innocent leads out of its volume");
    assertThatThrownBy(() -> volumes.target(new Location.Claim("data", "outside/new/model")))
        .isInstanceOf(StorageException.AccessDenied.class);
  }

  @Test
  void linkInsideTheVolumeIsFollowed() throws IOException {
    Files.createDirectories(claim.resolve("v2"));
    Files.createSymbolicLink(claim.resolve("latest"), Path.of("v2"));

    assertThat(volumes.source(new Location.Claim("data", "latest")))
        .isEqualTo(claim.resolve("latest"));
  }

  @Test
  void mountThatIsItselfALinkIsFine() throws IOException {
    Path mount = Files.createSymbolicLink(folder.resolve("mount"), claim);
    var linked = new Volumes(folder, Map.of("data", mount));

    assertThat(linked.target(new Location.Claim("data", "a/b"))).isEqualTo(mount.resolve("a/b"));
  }

  @Test
  void outputBelowAFileCannotBeWritten() throws IOException {
    Files.writeString(claim.resolve("taken"), "a file");
    Path below = volumes.target(new Location.Claim("data", "taken/model"));

    assertThatThrownBy(() -> WriteProbe.requireWritable(below, "pvc://data/taken/model"))
        .isInstanceOf(StorageException.CannotWrite.class)
        .hasMessageContaining("pvc://data/taken/model cannot be written");
    assertThatThrownBy(() -> WriteProbe.requireWritable(claim.resolve("taken"), "pvc://data/taken"))
        .isInstanceOf(StorageException.CannotWrite.class)
        .hasMessageContaining("is a file");
  }

  @Test
  void probeLeavesNothingBehind() throws IOException {
    WriteProbe.requireWritable(claim.resolve("deep/model"), "pvc://data/deep/model");

    assertThat(claim.resolve("deep")).isEmptyDirectory();
  }
}
