package io.llmforge.crds.plan;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of something outside the cluster. Keys of object stores are taken as they are, web
 * addresses as RFC 3986 has them.
 *
 * @param scheme s3, gs, http or https
 * @param authority bucket or host
 * @param path what follows the authority and its slash, with a web address's query
 */
public record RemoteAddress(String scheme, String authority, String path) {

  private static final Set<String> STORES = Set.of("s3", "gs");
  private static final Set<String> WEB = Set.of("http", "https");
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(?:/(.*))?", Pattern.DOTALL);
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException when it is none; the message says what to write
   */
  public static RemoteAddress parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches() || CONTROL.matcher(text.strip()).find()) {
      throw new IllegalArgumentException("'%s' is not an address".formatted(text));
    }
    String scheme = form.group(1).toLowerCase(Locale.ROOT);
    String path = form.group(3) == null ? "" : form.group(3);
    if (STORES.contains(scheme)) {
      requireBucket(text, scheme, form.group(2));
    } else if (WEB.contains(scheme)) {
      requireWebAddress(text);
    } else {
      throw new IllegalArgumentException("%s:// is not reached".formatted(scheme));
    }
    return new RemoteAddress(scheme, form.group(2), path);
  }

  /** Whether addresses of this scheme can be read at all. */
  public static boolean isScheme(String scheme) {
    String lower = scheme.toLowerCase(Locale.ROOT);
    return STORES.contains(lower) || WEB.contains(lower);
  }

  /** Whether what is below it can be listed. */
  public boolean hasListing() {
    return STORES.contains(scheme);
  }

  public String text() {
    return scheme + "://" + authority + (path.isEmpty() ? "" : "/" + path);
  }

  /** Last part of the path, "" for a folder; never a name that leads elsewhere. */
  public String fileName() {
    String file = hasListing() ? path : path.replaceFirst("[?#].*", "");
    String name = file.substring(file.lastIndexOf('/') + 1);
    return name.matches("[.]+") ? "" : name.replace('\\', '_');
  }

  private static void requireBucket(String text, String scheme, String bucket) {
    if (!BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException(
          "'%s': '%s' is not the name of a bucket; write %s://BUCKET/KEY"
              .formatted(text, bucket, scheme));
    }
  }

  private static void requireWebAddress(String text) {
    try {
      URI uri = new URI(text.strip());
      if (uri.getHost() == null || uri.getRawUserInfo() != null) {
        throw new IllegalArgumentException(
            "'%s' must name a host and no user; credentials do not belong into addresses"
                .formatted(text));
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "'%s' is not a web address: %s".formatted(text, e.getReason()), e);
    }
  }
}
