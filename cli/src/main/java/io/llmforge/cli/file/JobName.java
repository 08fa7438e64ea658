package io.llmforge.cli.file;

import io.llmforge.crds.config.LlmForgeConfig;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/** Names of FineTuneJobs: RFC 1035 labels, short enough for the pods named after them. */
public final class JobName {

  /** The rule, for people. */
  public static final String RULE =
      "must be at most 40 lower-case letters, digits and '-', begin with a letter and end with a letter or digit";

  private static final int LONGEST = 40;
  private static final Pattern VALID = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");

  private JobName() {}

  public static boolean isValid(String name) {
    return name.length() <= LONGEST && VALID.matcher(name).matches();
  }

  /** A name that says which model learns which task. */
  public static String of(LlmForgeConfig config) {
    var task = "-" + label(config.effectiveTask().name());
    var model = Objects.requireNonNullElse(config.modelId(), "");
    var short_ = label(model.substring(model.lastIndexOf('/') + 1));
    var named = short_.isEmpty() ? "model" : short_;
    var cut = named.substring(0, Math.min(named.length(), LONGEST - task.length()));
    return cut.replaceAll("-+$", "") + task;
  }

  /** The text as a label: other characters become dashes, and it begins with a letter. */
  private static String label(String text) {
    return text.toLowerCase(Locale.ROOT)
        .replaceAll("[^a-z0-9]+", "-")
        .replaceAll("^[^a-z]+|-+$", "");
  }
}
