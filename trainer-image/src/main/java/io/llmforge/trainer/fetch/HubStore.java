package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.Location.HubModel;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model repository of the Hugging Face Hub, by its HTTP API: {@code GET
 * /api/models/ID/revision/REVISION?blobs=true} names the commit and its files with sizes and
 * digests, {@code GET /ID/resolve/COMMIT/FILE} redirects to a file's bytes.
 */
final class HubStore implements RemoteStore {

  private static final String DEFAULT_REVISION = "main";
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
    URI address = file(inventory, entry);
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

  // Every file of a repository has the same readers; a small one is not served by another server.
  @Override
  public void requireReadable(Inventory inventory) throws IOException {
    Inventory.Entry entry =
        inventory.files().stream()
            .filter(file -> file.checksum().kind() == Checksum.Kind.GIT_BLOB)
            .findFirst()
            .orElse(inventory.files().getFirst());
    try (WebClient.Answer answer = client.head(question(file(inventory, entry), Map.of()))) {
      if (!answer.isRedirect()) {
        answers.require(answer);
      }
    }
  }

  @Override
  public Optional<String> keptAs(Inventory inventory) {
    return Optional.of("%s %s".formatted(settings.hub(), model.repository()));
  }

  private URI file(Inventory inventory, Inventory.Entry entry) {
    return URI.create(
        "%s/%s/resolve/%s/%s"
            .formatted(
                settings.hub(), model.repository(), inventory.revision(), encoded(entry.name())));
  }

  private WebClient.Question question(URI address, Map<String, String> headers) {
    return new WebClient.Question(address, settings.hubToken(), headers);
  }

  private JsonNode listing(WebClient.Answer answer) throws IOException {
    try {
      return answer.json(LONGEST_LISTING_BYTES);
    } catch (JsonProcessingException e) {
      throw notTheHub(e.getOriginalMessage());
    }
  }

  private Inventory inventory(JsonNode document) {
    HubListing listing =
        HubListing.parse(document).orElseThrow(() -> notTheHub("it names no commit or no files"));
    List<String> wanted = FileNames.ofModel(List.copyOf(listing.files().keySet()));
    if (wanted.stream().noneMatch(name -> name.endsWith(FileNames.WEIGHTS))) {
      throw new StorageException.NotFound(
          ("%s has no safetensors weights, and no other format is loaded, as pickles can hold code;"
                  + " name a revision that has them (the Hub's converter proposes one as a pull"
                  + " request: @refs/pr/NUMBER) or another model")
              .formatted(model.text()),
          null);
    }
    List<Inventory.Entry> entries =
        listing.files().entrySet().stream()
            .filter(file -> wanted.contains(file.getKey()))
            .map(file -> entry(file.getKey(), file.getValue()))
            .toList();
    return new Inventory(model.text(), listing.commit(), entries);
  }

  private Inventory.Entry entry(String name, HubListing.Entry file) {
    if (file.checksum().kind() == Checksum.Kind.NONE) {
      throw notTheHub("it names no digest of " + name);
    }
    return new Inventory.Entry(name, file.bytes(), "", file.checksum());
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
