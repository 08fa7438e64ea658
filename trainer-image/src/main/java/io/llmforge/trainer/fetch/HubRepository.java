package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.Location.HubModel;
import io.llmforge.trainer.fetch.HubWriteAnswers.Missing;
import io.llmforge.trainer.fetch.WebClient.Method;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model repository of the Hugging Face Hub that is written to, by its HTTP API. An {@link
 * IOException} means that another try may help.
 */
final class HubRepository {

  static final String DEFAULT_BRANCH = "main";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String JSON_TYPE = "application/json";
  private static final String LFS_TYPE = "application/vnd.git-lfs+json";
  private static final int LONGEST_ANSWER_BYTES = 32 << 20;

  /** As many as the Hub answers for at once. */
  private static final int MOST_FILES = 256;

  private final HubModel place;
  private final RemoteSettings settings;
  private final HubWriteAnswers answers;
  private final WebClient client;

  HubRepository(
      HubModel place, RemoteSettings settings, HubWriteAnswers answers, WebClient client) {
    this.place = place;
    this.settings = settings;
    this.answers = answers;
    this.client = client;
  }

  /** How the Hub wants a file. */
  enum Mode {
    /** Within the commit. */
    REGULAR,
    /** By Git LFS, before the commit. */
    LARGE
  }

  /**
   * A file that is to come.
   *
   * @param sample its first bytes in Base64, by which the Hub tells text from other data
   */
  record Announced(String path, long bytes, String sample) {
    static Announced of(String path, long bytes, byte[] sample) {
      return new Announced(path, bytes, Base64.getEncoder().encodeToString(sample));
    }
  }

  /** What the branch holds; repository and branch are made when they are not there. */
  HubListing head() throws IOException {
    for (int made = 0; made <= Missing.values().length; made++) {
      try (WebClient.Answer answer = client.get(question(revision(branch()), Map.of()))) {
        if (answer.status() == 200) {
          return listing(answer);
        }
        make(answers.missing(answer));
      }
    }
    throw new StorageException.AccessDenied(
        "%s cannot be made and not be seen; the account of HF_TOKEN must be allowed to read it"
            .formatted(place.text()),
        null);
  }

  /** What a commit holds. */
  HubListing at(String commit) throws IOException {
    try (WebClient.Answer answer = client.get(question(revision(commit), Map.of()))) {
      answers.require(answer);
      return listing(answer);
    }
  }

  byte[] read(String path, String commit) throws IOException {
    URI address = address("/%s/resolve/%s/%s".formatted(place.repository(), commit, encoded(path)));
    try (WebClient.Answer answer = client.get(question(address, Map.of()))) {
      answers.require(answer);
      try (InputStream bytes = answer.body()) {
        return bytes.readNBytes(LONGEST_ANSWER_BYTES);
      }
    }
  }

  /** How the Hub wants files, by their paths; refused when it would not take them at all. */
  Map<String, Mode> modes(List<Announced> files) throws IOException {
    URI address =
        address("/api/models/%s/preupload/%s".formatted(place.repository(), encoded(branch())));
    Map<String, Mode> modes = new LinkedHashMap<>();
    for (int from = 0; from < files.size(); from += MOST_FILES) {
      List<Announced> some = files.subList(from, Math.min(files.size(), from + MOST_FILES));
      List<Map<String, Object>> asked =
          some.stream()
              .<Map<String, Object>>map(
                  file ->
                      Map.of("path", file.path(), "size", file.bytes(), "sample", file.sample()))
              .toList();
      JsonNode answer = post(address, JSON_TYPE, Map.of("files", asked));
      answer
          .path("files")
          .forEach(file -> modes.put(file.path("path").asText(), mode(file.path("uploadMode"))));
    }
    if (!files.stream().map(Announced::path).allMatch(modes::containsKey)) {
      throw answers.notTheHub("it does not say how files are sent");
    }
    return modes;
  }

  /** How a large file is sent; nothing when the Hub has its content. */
  Optional<LargeFileActions> actions(FolderUpload.Content file) throws IOException {
    URI address = address("/%s.git/info/lfs/objects/batch".formatted(place.repository()));
    JsonNode answer =
        post(
            address,
            LFS_TYPE,
            Map.of(
                "operation",
                "upload",
                "transfers",
                List.of("basic", "multipart"),
                "hash_algo",
                "sha256",
                "ref",
                Map.of("name", branch()),
                "objects",
                List.of(Map.of("oid", file.sha256(), "size", file.bytes()))));
    JsonNode object = answer.path("objects").path(0);
    if (!object.path("oid").asText().equals(file.sha256())) {
      throw answers.notTheHub("it does not know a file it was just told of");
    }
    if (object.hasNonNull("error")) {
      throw new StorageException.CannotWrite(
          "%s does not take %s: %s"
              .formatted(place.text(), file.path(), object.path("error").path("message").asText()),
          null);
    }
    return LargeFileActions.parse(object.path("actions"), settings);
  }

  /**
   * Makes a commit.
   *
   * @param body as {@link HubCommit} writes it
   * @return its id; nothing when another commit came before it
   */
  Optional<String> commit(Path body) throws IOException {
    URI address =
        address("/api/models/%s/commit/%s".formatted(place.repository(), encoded(branch())));
    try (WebClient.Answer answer =
        client.send(
            Method.POST,
            question(address, Map.of("Content-Type", "application/x-ndjson")),
            SentBytes.of(FilePart.all(body)))) {
      if (answer.status() == 409 || answer.status() == 412) {
        return Optional.empty();
      }
      answers.require(answer);
      String commit = json(answer).path("commitOid").asText();
      if (!HubListing.isCommit(commit)) {
        throw answers.notTheHub("it names no commit");
      }
      return Optional.of(commit);
    }
  }

  private void make(Missing missing) throws IOException {
    String[] name = place.repository().split("/", 2);
    URI address =
        switch (missing) {
          case REPOSITORY -> address("/api/repos/create");
          case BRANCH ->
              address("/api/models/%s/branch/%s".formatted(place.repository(), encoded(branch())));
        };
    Map<String, Object> body =
        switch (missing) {
          case REPOSITORY ->
              Map.of("type", "model", "organization", name[0], "name", name[1], "private", true);
          case BRANCH -> Map.of();
        };
    try (WebClient.Answer answer = send(address, JSON_TYPE, body)) {
      // Somebody else has just made it.
      if (answer.status() != 409) {
        answers.require(answer);
      }
    }
  }

  private Mode mode(JsonNode text) {
    return switch (text.asText()) {
      case "regular" -> Mode.REGULAR;
      case "lfs" -> Mode.LARGE;
      default -> throw answers.notTheHub("it asks for files in a way that is not known");
    };
  }

  private JsonNode post(URI address, String type, Map<String, Object> body) throws IOException {
    try (WebClient.Answer answer = send(address, type, body)) {
      answers.require(answer);
      return json(answer);
    }
  }

  private WebClient.Answer send(URI address, String type, Map<String, Object> body)
      throws IOException {
    return client.send(
        Method.POST,
        question(address, Map.of("Content-Type", type, "Accept", type)),
        SentBytes.of(JSON.writeValueAsBytes(body)));
  }

  private HubListing listing(WebClient.Answer answer) throws IOException {
    return HubListing.parse(json(answer))
        .orElseThrow(() -> answers.notTheHub("it names no commit or no files"));
  }

  private JsonNode json(WebClient.Answer answer) throws IOException {
    try {
      return answer.json(LONGEST_ANSWER_BYTES);
    } catch (JsonProcessingException e) {
      throw answers.notTheHub(e.getOriginalMessage());
    }
  }

  private URI revision(String revision) {
    return address(
        "/api/models/%s/revision/%s?blobs=true".formatted(place.repository(), encoded(revision)));
  }

  private String branch() {
    return place.revision() == null ? DEFAULT_BRANCH : place.revision();
  }

  private URI address(String path) {
    return URI.create(settings.hub() + path);
  }

  private WebClient.Question question(URI address, Map<String, String> headers) {
    return new WebClient.Question(address, settings.hubToken(), headers);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
