package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a repository of the Hub holds at a revision, as {@code GET
 * /api/models/ID/revision/REVISION?blobs=true} says it.
 *
 * @param commit the commit that the revision is
 * @param files by their paths in the repository
 */
record HubListing(String commit, Map<String, Entry> files) {

  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  HubListing {
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  /**
   * A file.
   *
   * @param bytes its size, {@link Inventory#UNKNOWN_SIZE} when the Hub does not say
   * @param checksum its digest, unknown when the Hub names none
   */
  record Entry(long bytes, Checksum checksum) {}

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  /** Nothing when the document is no listing. */
  static Optional<HubListing> parse(JsonNode document) {
    String commit = document.path("sha").asText();
    if (!isCommit(commit) || !document.path("siblings").isArray()) {
      return Optional.empty();
    }
    Map<String, Entry> files = new LinkedHashMap<>();
    document
        .path("siblings")
        .forEach(file -> files.putIfAbsent(file.path("rfilename").asText(), entry(file)));
    return Optional.of(new HubListing(commit, files));
  }

  // What names a file's content also tells whether two mirrors have the same.
  private static Entry entry(JsonNode file) {
    String large = file.path("lfs").path("sha256").asText();
    String small = file.path("blobId").asText();
    long bytes =
        file.path("lfs").path("size").asLong(file.path("size").asLong(Inventory.UNKNOWN_SIZE));
    if (SHA256.matcher(large).matches()) {
      return new Entry(bytes, new Checksum(Checksum.Kind.SHA256, large));
    }
    boolean hasBlob = SHA1.matcher(small).matches() && !file.hasNonNull("lfs");
    return new Entry(
        bytes, hasBlob ? new Checksum(Checksum.Kind.GIT_BLOB, small) : Checksum.UNKNOWN);
  }
}
