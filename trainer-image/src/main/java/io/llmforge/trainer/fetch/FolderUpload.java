package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.RemoteAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Copies a finished folder to a place outside the cluster. What is there already is not sent again,
 * so that an upload that was killed goes on.
 */
public sealed interface FolderUpload permits HubUpload, ObjectUpload {

  /**
   * Refuses, before anything is trained, a place that cannot be written or holds what is not ours.
   *
   * @param manifest name of the manifest that results of runs have
   * @param scratch folder for a small file
   */
  void requirePossible(String manifest, Path scratch);

  /**
   * Returns when all of it is there and has been looked at.
   *
   * @return where it is; a repository with the commit
   * @throws FetchControl.StoppedException when the pod is asked to end
   */
  String run(Folder folder);

  /** An upload to a folder of {@code s3://} or {@code gs://}, or to a repository of the Hub. */
  static FolderUpload to(
      Location.Remote place, RemoteSettings settings, FetchControl control, InstantSource clock) {
    return switch (place) {
      case Location.HubModel repository -> new HubUpload(repository, settings, control, clock);
      case Location.RemoteFolder folder -> {
        boolean google = RemoteAddress.parse(folder.uri()).scheme().equals("gs");
        S3Client client = google ? ObjectClients.google(settings) : ObjectClients.s3(settings);
        yield new ObjectUpload(new UploadTarget(folder, client), control, ObjectUpload.PART_BYTES);
      }
      case Location.RemoteFile file ->
          throw new IllegalStateException(file.text() + " is no place for a folder");
    };
  }

  /**
   * A file of the folder.
   *
   * @param path inside the folder, with slashes
   * @param bytes its size
   * @param sha256 its digest, lower-case hexadecimal
   */
  record Content(String path, long bytes, String sha256) {}

  /**
   * What is uploaded.
   *
   * @param path where it lies
   * @param files what is in it, without the manifest
   * @param manifest name of the manifest
   */
  record Folder(Path path, List<Content> files, String manifest) {
    public Folder {
      files = List.copyOf(files);
    }

    /** What an older result has by its manifest and this one has not. */
    List<String> obsolete(byte[] olderManifest) {
      List<String> names = new ArrayList<>();
      try {
        JsonNode older =
            PlanJson.read(new String(olderManifest, StandardCharsets.UTF_8), JsonNode.class);
        older.path("files").forEach(file -> names.add(file.path("path").asText()));
      } catch (JsonProcessingException e) {
        // Nobody's manifest: what it may have named is left alone.
      }
      List<String> now = files.stream().map(Content::path).toList();
      names.removeIf(name -> name.isEmpty() || name.equals(manifest) || now.contains(name));
      return names;
    }
  }
}
