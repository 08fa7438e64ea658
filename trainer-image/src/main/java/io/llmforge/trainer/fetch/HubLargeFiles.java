package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmforge.crds.plan.Location.HubModel;
import io.llmforge.trainer.fetch.FolderUpload.Content;
import io.llmforge.trainer.fetch.LargeFileActions.Action;
import io.llmforge.trainer.fetch.WebClient.Method;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends large files to where the Hub keeps them, by Git LFS. They go to other servers, at addresses
 * that are signed and soon expire: no token goes there, and addresses are asked for right before
 * they are used, and again when they are refused.
 */
final class HubLargeFiles {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LFS_TYPE = "application/vnd.git-lfs+json";

  private final HubModel place;
  private final HubRepository repository;
  private final RemoteSettings settings;
  private final WebClient client;
  private final FetchControl control;
  private final Tries tries;

  HubLargeFiles(
      HubModel place,
      HubRepository repository,
      RemoteSettings settings,
      WebClient client,
      FetchControl control) {
    this.place = place;
    this.repository = repository;
    this.settings = settings;
    this.client = client;
    this.control = control;
    this.tries = new Tries(control);
  }

  /** An address that worked once and does so no more. */
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(URI address, int status) {
      super(
          "%s answers with HTTP %d, as when an address has expired"
              .formatted(WebClient.server(address), status));
    }
  }

  /** Returns when the Hub has the content. */
  void send(Path path, Content file) {
    run(
        "sending %s to".formatted(file.path()),
        () -> {
          Optional<LargeFileActions> actions = repository.actions(file);
          if (actions.isPresent()) {
            send(path, file, actions.get());
          }
          return true;
        });
  }

  private void send(Path path, Content file, LargeFileActions actions) throws IOException {
    if (actions.partBytes() > 0) {
      sendParts(path, file, actions);
    } else {
      Action upload = actions.upload();
      var question = new WebClient.Question(upload.address(), Optional.empty(), upload.headers());
      require(question, client.send(Method.PUT, question, SentBytes.of(FilePart.all(path))));
    }
    if (actions.verify().isPresent()) {
      tell(actions.verify().get(), Map.of("oid", file.sha256(), "size", file.bytes()));
    }
  }

  private void sendParts(Path path, Content file, LargeFileActions actions) throws IOException {
    long size = actions.partBytes();
    if (actions.parts().size() != Math.ceilDiv(file.bytes(), size)) {
      throw new StorageException.Unavailable(
          "%s wants %s in %d parts of %d bytes, which do not make it; check HF_ENDPOINT"
              .formatted(place.text(), file.path(), actions.parts().size(), size),
          null);
    }
    List<Map<String, Object>> sent = new ArrayList<>();
    for (URI address : actions.parts()) {
      control.requireGoOn();
      long offset = sent.size() * size;
      var part = new FilePart(path, offset, Math.min(size, file.bytes() - offset));
      sent.add(Map.of("partNumber", sent.size() + 1, "etag", sendPart(address, part)));
    }
    tell(actions.upload(), Map.of("oid", file.sha256(), "parts", sent));
  }

  /** Sends a part and gives what the store calls it. */
  private String sendPart(URI address, FilePart part) throws IOException {
    var question = new WebClient.Question(address, Optional.empty(), Map.of());
    try (WebClient.Answer answer = client.send(Method.PUT, question, SentBytes.of(part))) {
      require(question, answer);
      return answer
          .header("ETag")
          .orElseThrow(
              () -> new IOException(WebClient.server(address) + " does not name what it received"));
    }
  }

  private void tell(Action action, Map<String, Object> words) throws IOException {
    Map<String, String> headers = new LinkedHashMap<>(action.headers());
    headers.put("Content-Type", LFS_TYPE);
    headers.put("Accept", LFS_TYPE);
    boolean isHub = WebClient.isSameServer(settings.hub(), action.address());
    var question =
        new WebClient.Question(
            action.address(), isHub ? settings.hubToken() : Optional.empty(), headers);
    require(
        question, client.send(Method.POST, question, SentBytes.of(JSON.writeValueAsBytes(words))));
  }

  private static void require(WebClient.Question question, WebClient.Answer answer)
      throws IOException {
    try (answer) {
      int status = answer.status();
      if (status < 200 || status >= 300) {
        throw new RefusedException(question.address(), status);
      }
    }
  }

  private <T> T run(String what, Tries.Work<T> work) {
    try {
      return tries.run(what + " " + place.text(), work, () -> 0);
    } catch (RemoteStore.ChangedException e) {
      throw new IllegalStateException("nothing is compared when sending", e);
    }
  }
}
