package io.llmforge.trainer.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmforge.trainer.report.ConsoleProgress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptInClaimTest {

  @TempDir Path folder;

  /** Which is when no folder has the name: the old one is hidden, and the new one half there. */
  @Test
  void copyThatWasBeingReplacedWhenItsWriterWasKilledIsFound() throws IOException {
    Path place = folder.resolve("place");
    KeptFolders kept = kept(place);
    Path source = Files.createDirectories(folder.resolve("checkpoint"));
    Files.writeString(source.resolve("weights"), "old");
    KeptFolders.writeList(source, Map.of());
    kept.put("checkpoint-000004", source);
    Files.move(place.resolve("checkpoint-000004"), place.resolve(".checkpoint-000004.replaced"));
    Files.createDirectories(place.resolve(".checkpoint-000004.partial"));
    Files.createDirectories(place.resolve(".checkpoint-000002.partial"));

    assertThat(kept.names()).containsExactly("checkpoint-000004");

    assertThat(kept.isWhole("checkpoint-000004")).isTrue();
    assertThat(FetchFixture.names(place)).containsExactly("checkpoint-000004");
  }

  private static KeptFolders kept(Path place) {
    var console =
        new ConsoleProgress(
            new PrintStream(PrintStream.nullOutputStream()), InstantSource.system());
    var control = new FetchControl(() -> false, pause -> {}, console);
    return KeptFolders.inClaim(place, "pvc://models/copies", control);
  }
}
