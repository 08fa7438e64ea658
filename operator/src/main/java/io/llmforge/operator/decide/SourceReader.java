package io.llmforge.operator.decide;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmforge.crds.plan.Location;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads where files are. This version reaches persistent volume claims ({@code pvc://CLAIM/PATH})
 * and paths in the trainer's container; everything else is refused with what to do instead.
 */
final class SourceReader {

  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)");
  private static final Pattern CLAIM_NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
  private static final Pattern HUGGING_FACE_ID = Pattern.compile("[\\w.-]+/[\\w.-]+");
  private static final String CLAIM_SCHEME = "pvc";
  private static final String ON_A_CLAIM =
      "copy it to a PersistentVolumeClaim of this namespace and write pvc://CLAIM/PATH";

  private final Findings findings;

  SourceReader(Findings findings) {
    this.findings = findings;
  }

  /** A file: a claim, or any path of the container. */
  Optional<Location> file(String key, String text) {
    Matcher scheme = SCHEME.matcher(text.strip());
    if (scheme.matches()) {
      return claim(key, text, scheme);
    }
    return localPath(key, text);
  }

  /** A model folder: as a file, but a text of the form {@code ORG/NAME} is a Hugging Face id. */
  Optional<Location> model(String key, String text) {
    if (HUGGING_FACE_ID.matcher(text.strip()).matches() && !text.startsWith(".")) {
      findings.error(
          Reason.UNSUPPORTED_SOURCE,
          key,
          "'%s' is a Hugging Face id, and this version does not download models; %s"
              .formatted(text, ON_A_CLAIM));
      return Optional.empty();
    }
    return file(key, text);
  }

  /** A model folder given as text or as {@code {repo_id: ORG/NAME}}. */
  Optional<Location> checkpoint(String key, @Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (value.isTextual()) {
      return model(key, value.asText());
    }
    findings.error(
        Reason.UNSUPPORTED_SOURCE,
        key,
        "%s names a remote repository, and this version does not download models; %s"
            .formatted(value, ON_A_CLAIM));
    return Optional.empty();
  }

  /** A folder to publish to: only claims outlive the run. */
  Optional<Location> output(String key, String text) {
    Matcher scheme = SCHEME.matcher(text.strip());
    if (scheme.matches()) {
      return claim(key, text, scheme);
    }
    findings.error(
        Reason.UNSUPPORTED_SOURCE,
        key,
        "'%s' is no place that outlives the run; write pvc://CLAIM/FOLDER".formatted(text));
    return Optional.empty();
  }

  private Optional<Location> claim(String key, String text, Matcher scheme) {
    if (!scheme.group(1).equals(CLAIM_SCHEME)) {
      findings.error(
          Reason.UNSUPPORTED_SOURCE,
          key,
          "'%s': %s:// is not reached by this version; %s"
              .formatted(text, scheme.group(1), ON_A_CLAIM));
      return Optional.empty();
    }
    String[] parts = scheme.group(2).split("/", 2);
    if (!CLAIM_NAME.matcher(parts[0]).matches()) {
      findings.invalid(
          key,
          "'%s': '%s' is not the name of a PersistentVolumeClaim; write pvc://CLAIM/PATH"
              .formatted(text, parts[0]));
      return Optional.empty();
    }
    return inside(key, text, () -> new Location.Claim(parts[0], parts.length < 2 ? "" : parts[1]));
  }

  private Optional<Location> localPath(String key, String text) {
    if (text.isBlank()) {
      findings.invalid(key, "is blank; write pvc://CLAIM/PATH or a path in the trainer's image");
      return Optional.empty();
    }
    return inside(key, text, () -> new Location.LocalPath(text.strip()));
  }

  // Location refuses a path that leaves its volume.
  private Optional<Location> inside(String key, String text, Supplier<Location> location) {
    try {
      return Optional.of(location.get());
    } catch (IllegalArgumentException e) {
      findings.invalid(key, "'%s': %s".formatted(text, e.getMessage()));
      return Optional.empty();
    }
  }
}
