package io.llmforge.trainer.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownDigestsTest {

  private static final FileTime EARLY = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
  private static final FileTime LATE = FileTime.from(Instant.parse("2026-01-02T00:00:00Z"));

  @TempDir Path workspace;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = workspace.resolve("weights");
    write("first", EARLY);
  }

  @Test
  void unchangedFileIsNotReadAgain() throws IOException {
    String digest = KnownDigests.in(workspace).of(file);
    // Nothing shows that this is another content: who takes it for the same has not read it.
    write("other", EARLY);

    assertThat(digest).isEqualTo(Sha256.of("first"));
    assertThat(KnownDigests.in(workspace).of(file)).isEqualTo(digest);
  }

  @Test
  void fileOfAnotherTimeIsReadAgain() throws IOException {
    KnownDigests.in(workspace).of(file);
    write("other", LATE);

    assertThat(KnownDigests.in(workspace).of(file)).isEqualTo(Sha256.of("other"));
  }

  @Test
  void fileOfAnotherSizeIsReadAgain() throws IOException {
    KnownDigests.in(workspace).of(file);
    write("longer content", EARLY);

    assertThat(KnownDigests.in(workspace).of(file)).isEqualTo(Sha256.of("longer content"));
  }

  @Test
  void whatCannotBeReadIsFoundAgain() throws IOException {
    KnownDigests.in(workspace).of(file);
    Files.writeString(workspace.resolve("file_digests.json"), "{\"half");

    assertThat(KnownDigests.in(workspace).of(file)).isEqualTo(Sha256.of("first"));
  }

  private void write(String content, FileTime changed) throws IOException {
    Files.writeString(file, content);
    Files.setLastModifiedTime(file, changed);
  }
}
