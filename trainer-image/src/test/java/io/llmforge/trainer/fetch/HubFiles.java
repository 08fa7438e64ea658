package io.llmforge.trainer.fetch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A repository of a test's Hub: branches, commits and their files, as Git has them. */
final class HubFiles {

  private static final List<String> LARGE_NAMES = List.of(".safetensors", ".bin", ".model");
  private static final int MOST_REGULAR_BYTES = 10 << 20;

  final String repository;
  final boolean isPrivate;
  private final Map<String, Commit> commits = new HashMap<>();
  private final Map<String, String> branches = new HashMap<>();

  /** A file's content; a large one is stored elsewhere and named here. */
  static final class Blob {
    private final byte[] content;
    private final boolean isLarge;

    Blob(byte[] content, boolean isLarge) {
      this.content = content;
      this.isLarge = isLarge;
    }

    byte[] content() {
      return content;
    }

    boolean isLarge() {
      return isLarge;
    }

    /** What Git calls it: a large one is a small text that points to it. */
    String blobId() {
      byte[] stored =
          isLarge
              ? "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
                  .formatted(sha256(content), content.length)
                  .getBytes(StandardCharsets.UTF_8)
              : content;
      return hex("SHA-1", "blob %d\0".formatted(stored.length), stored);
    }
  }

  record Commit(String id, String parent, String summary, String text, Map<String, Blob> files) {
    Commit {
      files = new TreeMap<>(files);
    }
  }

  HubFiles(String repository, boolean isPrivate) {
    this.repository = repository;
    this.isPrivate = isPrivate;
    var attributes = "*.safetensors filter=lfs diff=lfs merge=lfs -text\n";
    commit(
        "main",
        "initial commit",
        "",
        Map.of(".gitattributes", new Blob(attributes.getBytes(StandardCharsets.UTF_8), false)));
  }

  synchronized Optional<Commit> at(String revision) {
    return Optional.ofNullable(commits.get(branches.getOrDefault(revision, revision)));
  }

  synchronized boolean hasBranch(String branch) {
    return branches.containsKey(branch);
  }

  synchronized void branch(String branch, String from) {
    branches.put(branch, at(from).orElseThrow().id());
  }

  /** How many commits a branch has. */
  synchronized int length(String branch) {
    int length = 0;
    for (var commit = at(branch); commit.isPresent(); commit = at(commit.get().parent())) {
      length++;
    }
    return length;
  }

  synchronized Commit commit(String branch, String summary, String text, Map<String, Blob> files) {
    String parent = branches.getOrDefault(branch, "");
    var tree = new StringBuilder(parent).append('\n').append(summary).append('\n');
    new TreeMap<>(files).forEach((path, blob) -> tree.append(path).append(blob.blobId()));
    String id =
        hex(
            "SHA-1",
            "commit " + commits.size() + "\0",
            tree.toString().getBytes(StandardCharsets.UTF_8));
    var commit = new Commit(id, parent, summary, text, files);
    commits.put(id, commit);
    branches.put(branch, id);
    return commit;
  }

  /** Somebody else's commit. */
  void add(String path, String content) {
    Map<String, Blob> files = new HashMap<>(at("main").orElseThrow().files());
    files.put(path, new Blob(content.getBytes(StandardCharsets.UTF_8), false));
    commit("main", "by hand", "", files);
  }

  static boolean isLarge(String path, long bytes, byte[] sample) {
    boolean isBinary = false;
    for (byte one : sample) {
      isBinary |= one == 0;
    }
    return bytes > MOST_REGULAR_BYTES
        || isBinary
        || path.contains("tfevents")
        || LARGE_NAMES.stream().anyMatch(path::endsWith);
  }

  Map<String, Object> listing(Commit commit) {
    List<Map<String, Object>> siblings =
        commit.files().entrySet().stream()
            .map(file -> sibling(file.getKey(), file.getValue()))
            .toList();
    Map<String, Object> listing = new LinkedHashMap<>();
    listing.put("_id", "0");
    listing.put("id", repository);
    listing.put("modelId", repository);
    listing.put("sha", commit.id());
    listing.put("private", isPrivate);
    listing.put("gated", false);
    listing.put("disabled", false);
    listing.put("downloads", 0);
    listing.put("likes", 0);
    listing.put("tags", List.of());
    listing.put("siblings", siblings);
    return listing;
  }

  List<Map<String, Object>> tree(Commit commit) {
    return commit.files().entrySet().stream()
        .map(
            file -> {
              Map<String, Object> entry = new LinkedHashMap<>();
              byte[] content = file.getValue().content();
              entry.put("type", "file");
              entry.put("oid", file.getValue().blobId());
              entry.put("size", content.length);
              entry.put("path", file.getKey());
              if (file.getValue().isLarge()) {
                entry.put(
                    "lfs",
                    Map.of("oid", sha256(content), "size", content.length, "pointerSize", 130));
              }
              return entry;
            })
        .toList();
  }

  private static Map<String, Object> sibling(String path, Blob blob) {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("rfilename", path);
    file.put("size", blob.content().length);
    file.put("blobId", blob.blobId());
    if (blob.isLarge()) {
      file.put(
          "lfs",
          Map.of(
              "sha256", sha256(blob.content()), "size", blob.content().length, "pointerSize", 130));
    }
    return file;
  }

  static String sha256(byte[] content) {
    return hex("SHA-256", "", content);
  }

  static String hex(String algorithm, String prefix, byte[] content) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      digest.update(prefix.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
