package io.llmforge.operator.decide;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.RemoteAddress;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads where files are: persistent volume claims ({@code pvc://CLAIM/PATH}), paths in the
 * trainer's container, object stores, web servers, and models of the Hugging Face Hub.
 */
final class SourceReader {

  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)");
  private static final Pattern CLAIM_NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
  private static final Pattern HUGGING_FACE_ID = Pattern.compile("[\\w.-]+/[\\w.-]+");
  private static final Pattern REPOSITORY_AT_REVISION = Pattern.compile("([^@]*)(?:@(.*))?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final String CLAIM_SCHEME = "pvc";
  private static final String HUB_SCHEME = "hf";
  private static final Set<String> OBJECT_STORES = Set.of("s3", "gs");
  private static final String REACHED =
      "write pvc://CLAIM/PATH, s3://BUCKET/KEY, gs://BUCKET/KEY, https://HOST/PATH or, for a model,"
          + " its Hugging Face id";

  private final Findings findings;

  SourceReader(Findings findings) {
    this.findings = findings;
  }

  /** A file: on a claim, outside the cluster, or at any path of the container. */
  Optional<Location> file(String key, String text) {
    Matcher scheme = SCHEME.matcher(text.strip());
    if (!scheme.matches()) {
      return localPath(key, text);
    }
    if (scheme.group(1).equalsIgnoreCase(HUB_SCHEME)) {
      findings.error(
          Reason.UNSUPPORTED_SOURCE,
          key,
          ("'%s': hf:// names a model, and this is a file; write its web address, for example"
                  + " https://huggingface.co/datasets/ORG/NAME/resolve/main/FILE.jsonl")
              .formatted(text));
      return Optional.empty();
    }
    return scheme(key, text, scheme, Location.RemoteFile::new);
  }

  /** A model folder: as a file, but a text of the form {@code ORG/NAME} is a Hugging Face id. */
  Optional<Location> model(String key, String text) {
    String stripped = text.strip();
    if (HUGGING_FACE_ID.matcher(stripped).matches() && !stripped.startsWith(".")) {
      return checked(key, text, () -> new Location.HubModel(stripped, null));
    }
    Matcher scheme = SCHEME.matcher(stripped);
    if (!scheme.matches()) {
      return localPath(key, text);
    }
    if (scheme.group(1).equalsIgnoreCase(HUB_SCHEME)) {
      Matcher hub = REPOSITORY_AT_REVISION.matcher(scheme.group(2));
      return hub.matches()
          ? checked(key, text, () -> new Location.HubModel(hub.group(1), hub.group(2)))
          : Optional.empty();
    }
    return scheme(key, text, scheme, Location.RemoteFolder::new);
  }

  /**
   * A model folder given as text, as {@code {repo_id: ORG/NAME, revision: REVISION}}, or as {@code
   * {uri: ADDRESS}}.
   */
  Optional<Location> checkpoint(String key, @Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (value.isTextual()) {
      return model(key, value.asText());
    }
    if (value.path("repo_id").isTextual()) {
      @Nullable String revision = value.path("revision").asText(null);
      return checked(
          key,
          value.toString(),
          () -> new Location.HubModel(value.path("repo_id").asText(), revision));
    }
    if (value.path("uri").isTextual()) {
      return model(key, value.path("uri").asText());
    }
    findings.error(
        Reason.UNSUPPORTED_SOURCE,
        key,
        "%s names no place this version knows; %s".formatted(value, REACHED));
    return Optional.empty();
  }

  /**
   * A place to publish to: a folder on a claim or of an object store, or a repository of the Hub;
   * others do not outlive the run.
   */
  Optional<Location> output(String key, String text) {
    Matcher scheme = SCHEME.matcher(text.strip());
    if (scheme.matches() && scheme.group(1).equals(CLAIM_SCHEME)) {
      return claim(key, text, scheme);
    }
    if (scheme.matches() && OBJECT_STORES.contains(scheme.group(1))) {
      return checked(key, text, () -> folder(text.strip()));
    }
    if (scheme.matches() && scheme.group(1).equals(HUB_SCHEME)) {
      return checked(key, text, () -> repository(scheme.group(2)));
    }
    findings.error(
        Reason.UNSUPPORTED_SOURCE,
        key,
        "'%s' is no place where results are published; write pvc://CLAIM/FOLDER, s3://BUCKET/FOLDER, gs://BUCKET/FOLDER or hf://ORG/NAME"
            .formatted(text));
    return Optional.empty();
  }

  /** Files of others may lie at the top of a bucket. */
  private static Location folder(String text) {
    var folder = new Location.RemoteFolder(text);
    if (RemoteAddress.parse(folder.uri()).path().isEmpty()) {
      throw new IllegalArgumentException("a result needs a folder of its own in the bucket");
    }
    return folder;
  }

  /** A commit cannot be written to, and a repository without an owner is nobody's. */
  private static Location repository(String text) {
    String[] parts = text.split("@", 2);
    var repository = new Location.HubModel(parts[0], parts.length < 2 ? null : parts[1]);
    if (parts[0].indexOf('/') < 0) {
      throw new IllegalArgumentException("a result needs a repository with an owner: ORG/NAME");
    }
    if (parts.length == 2 && (COMMIT.matcher(parts[1]).matches() || parts[1].startsWith("refs/"))) {
      throw new IllegalArgumentException("a result is published to a branch; write @BRANCH");
    }
    return repository;
  }

  private Optional<Location> scheme(
      String key, String text, Matcher scheme, Function<String, Location> remote) {
    if (scheme.group(1).equals(CLAIM_SCHEME)) {
      return claim(key, text, scheme);
    }
    if (RemoteAddress.isScheme(scheme.group(1))) {
      return checked(key, text, () -> remote.apply(text.strip()));
    }
    findings.error(
        Reason.UNSUPPORTED_SOURCE,
        key,
        "'%s': %s:// is not reached by this version; %s".formatted(text, scheme.group(1), REACHED));
    return Optional.empty();
  }

  private Optional<Location> claim(String key, String text, Matcher scheme) {
    String[] parts = scheme.group(2).split("/", 2);
    if (!CLAIM_NAME.matcher(parts[0]).matches()) {
      findings.invalid(
          key,
          "'%s': '%s' is not the name of a PersistentVolumeClaim; write pvc://CLAIM/PATH"
              .formatted(text, parts[0]));
      return Optional.empty();
    }
    return checked(key, text, () -> new Location.Claim(parts[0], parts.length < 2 ? "" : parts[1]));
  }

  private Optional<Location> localPath(String key, String text) {
    if (text.isBlank()) {
      findings.invalid(key, "is blank; " + REACHED);
      return Optional.empty();
    }
    return checked(key, text, () -> new Location.LocalPath(text.strip()));
  }

  // Locations refuse what they cannot be, such as a path that leaves its volume.
  private Optional<Location> checked(String key, String text, Supplier<Location> location) {
    try {
      return Optional.of(location.get());
    } catch (IllegalArgumentException e) {
      String quoted = "'%s'".formatted(text.strip());
      String words = String.valueOf(e.getMessage());
      findings.invalid(key, words.startsWith(quoted) ? words : quoted + ": " + words);
      return Optional.empty();
    }
  }
}
