package io.llmforge.localcluster.api.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store remembers, and how much of its history. */
class ObjectStoreTest {
  private static final ResourceId MAPS = new ResourceId("", "configmaps");
  private static final long START = 100;

  private static ObjectKey key(int index) {
    return new ObjectKey("default", "map-" + index);
  }

  private static ObjectNode object(String text) {
    ObjectNode object = Json.object();
    object.putObject("data").put("text", text);
    return object;
  }

  @Test
  void historyIsBoundedInNumberAndSaysWhenItDoesNotReachBack() throws Exception {
    try (ObjectStore store = ObjectStore.open(Journal.none(), START)) {
      for (int index = 0; index < 25_000; index++) {
        store.put(MAPS, key(index % 10), object("x"));
      }

      assertThat(store.historySize().changes()).isEqualTo(20_000);
      assertThat(store.changesAfter(START, Duration.ZERO)).isEmpty();
      assertThat(store.changesAfter(store.version() - 5, Duration.ZERO).orElseThrow()).hasSize(5);
    }
  }

  @Test
  void historyIsBoundedInBytes() throws Exception {
    String megabyte = "x".repeat(1 << 20);
    try (ObjectStore store = ObjectStore.open(Journal.none(), START)) {
      for (int index = 0; index < 80; index++) {
        store.put(MAPS, key(0), object(megabyte));
      }

      assertThat(store.historySize().bytes()).isLessThanOrEqualTo(64L << 20);
    }
  }

  @Test
  void journalBringsObjectsBackAndVersionsGoOn(@TempDir Path folder) throws Exception {
    long lastVersion;
    try (ObjectStore store = ObjectStore.open(Journal.in(folder), START)) {
      store.put(MAPS, key(1), object("one"));
      ObjectNode two = store.put(MAPS, key(2), object("two"));
      store.remove(MAPS, key(2), two);
      store.put(MAPS, key(1), object("changed"));
      lastVersion = store.version();
    }

    try (ObjectStore store = ObjectStore.open(Journal.in(folder), START)) {
      assertThat(store.list(MAPS, Optional.empty()).items())
          .singleElement()
          .satisfies(object -> assertThat(object.at("/data/text").asText()).isEqualTo("changed"));
      assertThat(store.version()).isEqualTo(lastVersion);
    }
  }

  @Test
  void halfWrittenLastLineIsDropped(@TempDir Path folder) throws Exception {
    try (ObjectStore store = ObjectStore.open(Journal.in(folder), START)) {
      store.put(MAPS, key(1), object("one"));
    }
    Files.writeString(
        folder.resolve("journal.jsonl"), "{\"version\": 1", StandardOpenOption.APPEND);

    try (ObjectStore store = ObjectStore.open(Journal.in(folder), START)) {
      assertThat(store.list(MAPS, Optional.empty()).items()).hasSize(1);
    }
  }

  @Test
  void brokenLineInTheMiddleNamesFileAndLine(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("journal.jsonl"), "nonsense\n{}\n");

    assertThatThrownBy(() -> ObjectStore.open(Journal.in(folder), START))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("journal.jsonl line 1 is not JSON");
  }
}
