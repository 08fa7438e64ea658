package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.StorageException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the environment says about remote places, under the names that their own tools use.
 *
 * @param environment environment variables
 */
public record RemoteSettings(Map<String, String> environment) {

  private static final String HUB = "https://huggingface.co";
  private static final String GOOGLE = "https://storage.googleapis.com";

  /** Asked for when nothing is said; S3 redirects to the region of a bucket by itself. */
  private static final String REGION = "us-east-1";

  private static final Pattern PRINTABLE = Pattern.compile("[ -~]+");

  public RemoteSettings {
    environment = Map.copyOf(environment);
  }

  /** Those of variables whose names begin so, under the rest of their names. */
  public RemoteSettings below(String prefix) {
    return new RemoteSettings(
        environment.entrySet().stream()
            .filter(variable -> variable.getKey().startsWith(prefix))
            .collect(
                Collectors.toMap(
                    variable -> variable.getKey().substring(prefix.length()),
                    Map.Entry::getValue)));
  }

  /** {@code HF_ENDPOINT}, the Hub or a mirror of it; no slash at its end. */
  URI hub() {
    return address("HF_ENDPOINT").orElse(URI.create(HUB));
  }

  /** An address that the Hub names, where {@code HF_ENDPOINT} is a proxy of it. */
  URI atHub(URI address) {
    if (!WebClient.isSameServer(URI.create(HUB), address)) {
      return address;
    }
    String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
    return URI.create(hub() + address.getRawPath() + query);
  }

  /** {@code HF_TOKEN}. */
  Optional<String> hubToken() {
    return text("HF_TOKEN");
  }

  /** {@code AWS_ENDPOINT_URL_S3} or {@code AWS_ENDPOINT_URL}; empty for Amazon's own. */
  Optional<URI> s3() {
    return address("AWS_ENDPOINT_URL_S3").or(() -> address("AWS_ENDPOINT_URL"));
  }

  String s3Region() {
    return text("AWS_REGION").or(() -> text("AWS_DEFAULT_REGION")).orElse(REGION);
  }

  /** {@code AWS_ACCESS_KEY_ID} and its companions. */
  Optional<Keys> s3Keys() {
    return keys("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        .map(keys -> new Keys(keys.id(), keys.secret(), text("AWS_SESSION_TOKEN")));
  }

  /** {@code GS_ENDPOINT_URL}, or Google's S3-compatible endpoint. */
  URI google() {
    return address("GS_ENDPOINT_URL").orElse(URI.create(GOOGLE));
  }

  /** {@code GS_ACCESS_KEY_ID} and {@code GS_SECRET_ACCESS_KEY}, an HMAC key. */
  Optional<Keys> googleKeys() {
    return keys("GS_ACCESS_KEY_ID", "GS_SECRET_ACCESS_KEY");
  }

  /**
   * A key of an object store.
   *
   * @param session token of temporary credentials
   */
  record Keys(String id, String secret, Optional<String> session) {
    @Override
    public String toString() {
      return "Keys[" + id + "]";
    }
  }

  private Optional<Keys> keys(String id, String secret) {
    Optional<String> name = text(id);
    Optional<String> value = text(secret);
    if (name.isPresent() != value.isPresent()) {
      throw new StorageException.AccessDenied(
          "of %s and %s only one is set; put both into the Secret that spec.credentials names"
              .formatted(id, secret),
          null);
    }
    return name.map(one -> new Keys(one, value.orElseThrow(), Optional.empty()));
  }

  // Secrets made from files often end with a line break. What no header can hold is refused here,
  // since the JDK would quote it.
  private Optional<String> text(String name) {
    Optional<String> text =
        Optional.ofNullable(environment.get(name)).map(String::strip).filter(t -> !t.isEmpty());
    if (text.isPresent() && !PRINTABLE.matcher(text.get()).matches()) {
      throw new StorageException.AccessDenied(
          "%s has a line break or another character within it that is not printable ASCII; correct it in the Secret that spec.credentials names"
              .formatted(name),
          null);
    }
    return text;
  }

  private Optional<URI> address(String name) {
    return text(name).map(text -> address(name, text.replaceFirst("/+$", "")));
  }

  private static URI address(String name, String text) {
    try {
      URI address = new URI(text);
      boolean web =
          "http".equalsIgnoreCase(address.getScheme())
              || "https".equalsIgnoreCase(address.getScheme());
      if (web && address.getHost() != null) {
        return address;
      }
    } catch (URISyntaxException e) {
      // Said below, as for what is no web address.
    }
    throw new StorageException.NotFound(
        "%s is '%s', which is no web address; write https://HOST".formatted(name, text), null);
  }
}
