package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.RemoteAddress;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Folders that are kept outside a workspace, below one place and by name. One is there once its
 * list of files is, which is written last: sizes and SHA-256 of all the others.
 */
public sealed interface KeptFolders extends AutoCloseable permits KeptInClaim, KeptInStore {

  /** The list of a folder's files. */
  String LIST = "COPY.json";

  /** Where they are, as its user would write it. */
  String text();

  /**
   * Refuses a place that cannot be written.
   *
   * @param scratch folder for a small file
   */
  void requireWritable(Path scratch);

  /** A file of a folder is not what the folder's list says, twice in a row. */
  final class DamagedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DamagedException(String what) {
      super(what + " has not the digest that its list says");
    }
  }

  /** Names of all that is there, whole or not. */
  Set<String> names();

  /** Whether all files that its list names are there, in their sizes. */
  boolean isWhole(String name);

  /** SHA-256 of a file as a folder's list has it; nothing when it is not on it. */
  Optional<String> digest(String name, String path);

  /**
   * Copies a folder to the place, or goes on with one that was interrupted.
   *
   * @param folder with its {@link #LIST}
   * @throws FetchControl.StoppedException when there is no time left
   */
  void put(String name, Path folder);

  /**
   * Copies a folder that is whole from the place, or goes on with a copy that was interrupted.
   * Every file has the digest that the list says.
   *
   * @throws DamagedException when one has not
   * @throws FetchControl.StoppedException when the pod is asked to end
   */
  void get(String name, Path folder);

  /** Deletes a folder, its list first. */
  void delete(String name);

  @Override
  void close();

  /** Folders below a folder of {@code s3://} or {@code gs://}. */
  static KeptFolders inStore(
      Location.RemoteFolder place, RemoteSettings settings, FetchControl control) {
    boolean google = RemoteAddress.parse(place.uri()).scheme().equals("gs");
    S3Client client = google ? ObjectClients.google(settings) : ObjectClients.s3(settings);
    return new KeptInStore(place, client, control);
  }

  /**
   * Folders below a folder of this pod.
   *
   * @param text the place as its user would write it
   */
  static KeptFolders inClaim(Path place, String text, FetchControl control) {
    return new KeptInClaim(place, text, control);
  }

  /**
   * Writes the list of a folder's files.
   *
   * @param known digests of files that somebody has measured, by their paths in the folder
   */
  static void writeList(Path folder, Map<String, String> known) throws IOException {
    List<Map<String, Object>> files = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path file : tree.filter(Files::isRegularFile).sorted().toList()) {
        String path = folder.relativize(file).toString().replace('\\', '/');
        if (!path.equals(LIST)) {
          String digest = known.containsKey(path) ? known.get(path) : Sha256.of(file);
          files.add(Map.of("path", path, "bytes", Files.size(file), "sha256", digest));
        }
      }
    }
    Durable.writeText(folder.resolve(LIST), PlanJson.writeIndented(Map.of("files", files)));
  }

  /** The digest of one of several files. */
  static Optional<String> digest(List<FolderUpload.Content> files, String path) {
    return files.stream()
        .filter(file -> file.path().equals(path))
        .map(FolderUpload.Content::sha256)
        .findFirst();
  }

  /** What a list names; nothing when it is none, or names what is no file of a folder. */
  static List<FolderUpload.Content> read(byte[] list) {
    List<FolderUpload.Content> files = new ArrayList<>();
    try {
      JsonNode json = PlanJson.read(new String(list, StandardCharsets.UTF_8), JsonNode.class);
      for (JsonNode file : json.path("files")) {
        String path = file.path("path").asText();
        Stream.of(path.split("/", -1)).forEach(FileNames::requireSafe);
        files.add(
            new FolderUpload.Content(
                path, file.path("bytes").asLong(-1), file.path("sha256").asText()));
      }
      return files;
    } catch (JsonProcessingException e) {
      return List.of();
    }
  }
}
