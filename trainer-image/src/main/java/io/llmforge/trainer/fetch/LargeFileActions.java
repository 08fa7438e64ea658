package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.trainer.storage.StorageException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a server of Git LFS wants done with a file (its Batch API). The Hub has a transfer of its
 * own besides Git LFS' "basic" one: where the upload's headers have a {@code chunk_size}, the file
 * is sent in parts of that size to the addresses under the headers "1", "2", ..., and the upload's
 * address is told when they are there.
 *
 * @param upload where the content goes, or where it is told that all parts are there
 * @param parts addresses of the parts in their order; none for a file that is sent as a whole
 * @param partBytes size of the parts but the last, 0 without parts
 * @param verify where to say that the content is there, if the server wants to know
 */
record LargeFileActions(Action upload, List<URI> parts, long partBytes, Optional<Action> verify) {

  private static final String PART_SIZE = "chunk_size";

  /** Headers that a client sets itself. */
  private static final Set<String> OF_CLIENTS =
      Set.of("connection", "content-length", "expect", "host", "upgrade", "transfer-encoding");

  LargeFileActions {
    parts = List.copyOf(parts);
  }

  /** Where something is sent, with headers that the server wants to see again. */
  record Action(URI address, Map<String, String> headers) {
    Action {
      headers = Map.copyOf(headers);
    }
  }

  /** Nothing when there is nothing to do. */
  static Optional<LargeFileActions> parse(JsonNode actions, RemoteSettings settings) {
    JsonNode upload = actions.path("upload");
    if (!upload.hasNonNull("href")) {
      return Optional.empty();
    }
    JsonNode verify = actions.path("verify");
    JsonNode headers = upload.path("header");
    SortedMap<Integer, URI> parts = new TreeMap<>();
    headers
        .properties()
        .forEach(
            header -> {
              if (header.getKey().matches("[0-9]{1,6}")) {
                parts.put(
                    Integer.valueOf(header.getKey()),
                    address(header.getValue().asText(), settings));
              }
            });
    long partBytes = headers.path(PART_SIZE).asLong();
    return Optional.of(
        new LargeFileActions(
            action(upload, settings),
            partBytes > 0 ? List.copyOf(parts.values()) : List.of(),
            partBytes,
            verify.hasNonNull("href") ? Optional.of(action(verify, settings)) : Optional.empty()));
  }

  private static Action action(JsonNode action, RemoteSettings settings) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (!action.path("header").has(PART_SIZE)) {
      action
          .path("header")
          .properties()
          .forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
    }
    headers.keySet().removeIf(name -> OF_CLIENTS.contains(name.toLowerCase(Locale.ROOT)));
    return new Action(address(action.path("href").asText(), settings), headers);
  }

  private static URI address(String text, RemoteSettings settings) {
    URI address;
    try {
      address = settings.atHub(URI.create(text));
    } catch (IllegalArgumentException e) {
      throw new StorageException.Unavailable(
          "%s wants files to be sent to something that is no address; check HF_ENDPOINT"
              .formatted(settings.hub()),
          e);
    }
    boolean encrypted = "https".equalsIgnoreCase(address.getScheme());
    boolean plain = "http".equalsIgnoreCase(address.getScheme());
    boolean mayBePlain = "http".equalsIgnoreCase(settings.hub().getScheme());
    if (address.getHost() == null || (!encrypted && !(plain && mayBePlain))) {
      throw new StorageException.AccessDenied(
          "%s wants files to be sent to %s, which is not done: it is not encrypted or no web address"
              .formatted(settings.hub(), WebClient.shown(address)),
          null);
    }
    return address;
  }
}
