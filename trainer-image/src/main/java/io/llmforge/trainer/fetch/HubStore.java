package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.Location.HubModel;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A model repository of the Hugging Face Hub, by its HTTP API: {@code GET
 * /api/models/ID/revision/REVISION?blobs=true} names the commit and its files with sizes and
 * digests, {@code GET /ID/resolve/COMMIT/FILE} redirects to a file's bytes.
 */
final class HubStore implements RemoteStore {

  private static final String DEFAULT_REVISION = "main";
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int LONGEST_LISTING_BYTES = 32 << 20;

  private final HubModel model;
  private final RemoteSettings settings;
  private final HubAnswers answers;
  private final WebClient client = new WebClient();

  HubStore(HubModel model, RemoteSettings settings, InstantSource clock) {
    this.model = model;
    this.settings = settings;
    this.answers = new HubAnswers(model, settings, clock);
  }

  @Override
  public Inventory inventory() throws IOException {
    String revision = model.revision() == null ? DEFAULT_REVISION : model.revision();
    URI address =
        URI.create(
            "%s/api/models/%s/revision/%s?blobs=true"
                .formatted(settings.hub(), model.repository(), encoded(revision)));
    try (WebClient.Answer answer = client.get(question(address, Map.of()))) {
      answers.require(answer);
      return inventory(listing(answer));
    }
  }

  @Override
  public Body open(Inventory inventory, Inventory.Entry entry, long offset) throws IOException {
    URI address =
        URI.create(
            "%s/%s/resolve/%s/%s"
                .formatted(
                    settings.hub(),
                    model.repository(),
                    inventory.revision(),
                    encoded(entry.name())));
    Map<String, String> headers =
        offset == 0 ? Map.of() : Map.of("Range", "bytes=%d-".formatted(offset));
    WebClient.Answer answer = client.get(question(address, headers));
    try {
      answers.require(answer);
    } catch (IOException | RuntimeException e) {
      answer.close();
      throw e;
    }
    return new Body(answer.body(), answer.status() == 206 ? offset : 0);
  }

  private WebClient.Question question(URI address, Map<String, String> headers) {
    return new WebClient.Question(address, settings.hubToken(), headers);
  }

  private JsonNode listing(WebClient.Answer answer) throws IOException {
    try (InputStream body = answer.body()) {
      byte[] json = body.readNBytes(LONGEST_LISTING_BYTES);
      return new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw notTheHub(e.getOriginalMessage());
    }
  }

  private Inventory inventory(JsonNode listing) {
    String commit = listing.path("sha").asText();
    if (!COMMIT.matcher(commit).matches() || !listing.path("siblings").isArray()) {
      throw notTheHub("it names no commit or no files");
    }
    Map<String, JsonNode> files = new LinkedHashMap<>();
    listing
        .path("siblings")
        .forEach(file -> files.putIfAbsent(file.path("rfilename").asText(), file));
    List<String> wanted = FileNames.ofModel(List.copyOf(files.keySet()));
    if (wanted.stream().noneMatch(name -> name.endsWith(FileNames.WEIGHTS))) {
      throw new StorageException.NotFound(
          ("%s has no safetensors weights, and no other format is loaded, as pickles can hold code;"
                  + " name a revision that has them (the Hub's converter proposes one as a pull"
                  + " request: @refs/pr/NUMBER) or another model")
              .formatted(model.text()),
          null);
    }
    List<Inventory.Entry> entries =
        wanted.stream().map(name -> entry(name, files.getOrDefault(name, listing))).toList();
    return new Inventory(model.text(), commit, entries);
  }

  // What names a file's content also tells whether two mirrors have the same.
  private Inventory.Entry entry(String name, JsonNode file) {
    String large = file.path("lfs").path("sha256").asText();
    String small = file.path("blobId").asText();
    Checksum checksum;
    if (SHA256.matcher(large).matches()) {
      checksum = new Checksum(Checksum.Kind.SHA256, large);
    } else if (SHA1.matcher(small).matches() && !file.hasNonNull("lfs")) {
      checksum = new Checksum(Checksum.Kind.GIT_BLOB, small);
    } else {
      throw notTheHub("it names no digest of " + name);
    }
    long bytes = file.path("lfs").path("size").asLong(file.path("size").asLong(-1));
    return new Inventory.Entry(name, bytes, "", checksum);
  }

  private StorageException notTheHub(String why) {
    return new StorageException.Unavailable(
        "%s: what %s answers is not the Hub's listing of a model (%s); check HF_ENDPOINT"
            .formatted(model.text(), settings.hub(), why),
        null);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    client.close();
  }
}
