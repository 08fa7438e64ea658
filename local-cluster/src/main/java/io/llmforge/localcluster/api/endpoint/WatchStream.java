package io.llmforge.localcluster.api.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.json.Json;
import io.llmforge.localcluster.api.query.Selection;
import io.llmforge.localcluster.api.resource.ResourceType;
import io.llmforge.localcluster.api.status.StatusException;
import io.llmforge.localcluster.api.store.Change;
import io.llmforge.localcluster.api.store.ObjectStore;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** One watch: a line of JSON for each change that concerns the selection, in order, each once. */
final class WatchStream implements ApiResponse.Writer {
  private static final Duration BOOKMARK_INTERVAL = Duration.ofSeconds(30);

  private final ObjectStore store;
  private final ResourceType type;
  private final Selection selection;
  private final Function<ObjectNode, JsonNode> form;
  private final Plan plan;

  /**
   * A watch that has not begun.
   *
   * @param form how the client wants to see objects
   */
  WatchStream(
      ObjectStore store,
      ResourceType type,
      Selection selection,
      Function<ObjectNode, JsonNode> form,
      Plan plan) {
    this.store = store;
    this.type = type;
    this.selection = selection;
    this.form = form;
    this.plan = plan;
  }

  /**
   * Where to begin and when to end.
   *
   * @param after empty to begin with all objects as they are now
   */
  record Plan(
      Optional<Long> after, Duration timeout, boolean hasBookmarks, boolean marksInitialEnd) {}

  @Override
  public void writeTo(OutputStream out) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + plan.timeout().toNanos();
    long position;
    if (plan.after().isPresent()) {
      position = plan.after().get();
      if (position > store.version()) {
        writeExpired(out, "too large resource version: " + position);
        return;
      }
    } else {
      position = writeInitial(out);
    }
    long left = deadline - System.nanoTime();
    while (left > 0 && !store.isClosed()) {
      Duration patience = Duration.ofNanos(Math.min(left, BOOKMARK_INTERVAL.toNanos()));
      Optional<List<Change>> changes = store.changesAfter(position, patience);
      if (changes.isEmpty()) {
        writeExpired(out, "too old resource version: " + position);
        return;
      }
      position = writeChanges(out, changes.get(), position);
      left = deadline - System.nanoTime();
    }
  }

  private long writeInitial(OutputStream out) throws IOException {
    ObjectStore.Listing listing = store.list(type.id(), selection.namespaceFilter());
    for (ObjectNode object : listing.items()) {
      if (selection.matches(object)) {
        write(out, "ADDED", form.apply(object));
      }
    }
    if (plan.marksInitialEnd()) {
      writeBookmark(out, listing.resourceVersion(), true);
    }
    out.flush();
    return listing.resourceVersion();
  }

  private long writeChanges(OutputStream out, List<Change> changes, long position)
      throws IOException {
    if (changes.isEmpty()) {
      if (plan.hasBookmarks()) {
        writeBookmark(out, position, false);
        out.flush();
      }
      return position;
    }
    boolean wrote = false;
    for (Change change : changes) {
      wrote |= change.resource().equals(type.id()) && writeChange(out, change);
    }
    if (wrote) {
      out.flush();
    }
    return changes.getLast().resourceVersion();
  }

  /** An object that leaves the selection is deleted for this watcher, one that enters is new. */
  private boolean writeChange(OutputStream out, Change change) throws IOException {
    boolean wasSeen = change.previous().filter(selection::matches).isPresent();
    boolean isSeen = change.kind() != Change.Kind.DELETED && selection.matches(change.object());
    if (!wasSeen && !isSeen) {
      return false;
    }
    String event = isSeen ? (wasSeen ? "MODIFIED" : "ADDED") : "DELETED";
    write(out, event, form.apply(change.object()));
    return true;
  }

  private void writeBookmark(OutputStream out, long version, boolean endsInitial)
      throws IOException {
    ObjectNode object = Json.object().put("kind", type.kind());
    object.put("apiVersion", type.apiVersion());
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("resourceVersion", Long.toString(version)).putNull("creationTimestamp");
    if (endsInitial) {
      metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
    }
    write(out, "BOOKMARK", object);
  }

  private static void writeExpired(OutputStream out, String message) throws IOException {
    write(out, "ERROR", StatusException.expired(message).toJson());
    out.flush();
  }

  private static void write(OutputStream out, String event, JsonNode object) throws IOException {
    ObjectNode line = Json.object().put("type", event);
    line.set("object", object);
    out.write(Json.bytes(line));
    out.write('\n');
  }
}
