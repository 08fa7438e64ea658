package io.llmforge.cli.file;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.cli.file.FileVerdict.Kind;
import io.llmforge.crds.config.ConfigReading;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.config.YamlDocument;
import io.llmforge.crds.config.YamlReading;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads a file and says what it is worth: what an API server and the operator would say of it, each
 * by its own rules.
 */
public final class FileCheck {

  private static final String API_VERSION = "llmforge.io/v1alpha1";
  private static final String KIND = "FineTuneJob";
  private static final String SPEC = "spec.";
  private static final String CONFIG = "spec.config";

  private final LlmForgeConfigReader reader;
  private final OperatorRules operator;

  public FileCheck(LlmForgeConfigReader reader) {
    this.reader = reader;
    this.operator = new OperatorRules(reader);
  }

  public FileVerdict check(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      return new FileVerdict.Unreadable(file, "there is no such file");
    } catch (CharacterCodingException e) {
      return new FileVerdict.Unreadable(file, "the file is not UTF-8 text");
    } catch (IOException e) {
      var reason = Files.isDirectory(file) ? "it is a folder; name the file in it" : e.toString();
      return new FileVerdict.Unreadable(file, reason);
    }
    return switch (YamlDocument.parse(text)) {
      case YamlReading.Broken broken -> new FileVerdict.Refused(file, broken.findings());
      case YamlReading.Read read ->
          read.document().root() instanceof ObjectNode root
                  && root.has("kind")
                  && root.has("apiVersion")
              ? checkManifest(file, read.document(), root)
              : checkConfig(file, read.document());
    };
  }

  private FileVerdict checkConfig(Path file, YamlDocument document) {
    // What is said about the rest of the spec is about no line of this file.
    var findings =
        new FileFindings(path -> path.startsWith(SPEC) ? OptionalInt.empty() : document.line(path));
    ConfigReading reading = reader.read(document);
    findings.add(reading.findings());
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.set("config", document.root());
    findings.add(operator.check(spec));
    return verdict(file, Kind.LLMFORGE_CONFIG, document, reading, findings);
  }

  private FileVerdict checkManifest(Path file, YamlDocument document, ObjectNode root) {
    var findings = new FileFindings(document::line);
    findings.add(document.findings());
    if (!root.path("kind").asText().equals(KIND)) {
      findings.add(List.of(expected("kind", KIND, root)));
      return new FileVerdict.Refused(file, findings.inOrder());
    }
    findings.add(checkHead(document, root));
    var config = document.below("spec", "config");
    ConfigReading reading = reader.read(config);
    findings.add(reading.findings().stream().map(FileCheck::inManifest).toList());
    if (ApiServerRules.ofThisVersion().check(root, findings).get("spec")
        instanceof ObjectNode spec) {
      // What the server refuses of a config the operator may read all the same.
      spec.set("config", config.root());
      findings.add(operator.check(spec).stream().map(FileCheck::inManifest).toList());
    }
    return verdict(file, Kind.FINE_TUNE_JOB, document, reading, findings);
  }

  private static List<Finding> checkHead(YamlDocument document, ObjectNode root) {
    List<Finding> findings = new ArrayList<>();
    if (!root.path("apiVersion").asText().equals(API_VERSION)) {
      findings.add(expected("apiVersion", API_VERSION, root));
    }
    if (!JobName.isValid(root.path("metadata").path("name").asText())) {
      findings.add(FileFindings.error("metadata.name", JobName.RULE));
    }
    if (document.below("spec", "config").isAbsent()) {
      findings.add(
          FileFindings.error(CONFIG, "is missing; put the LLMForge config there as it stands"));
    }
    return findings;
  }

  private static Finding expected(String field, String expected, ObjectNode root) {
    return FileFindings.error(
        field, "expects %s, found %s".formatted(expected, root.path(field).asText()));
  }

  // The planner names fields of the spec as they are, and keys of the config within it.
  private static Finding inManifest(Finding finding) {
    if (finding.path().startsWith(SPEC)) {
      return finding;
    }
    var path = finding.path().isEmpty() ? CONFIG : CONFIG + "." + finding.path();
    return new Finding(finding.severity(), path, finding.line(), finding.message());
  }

  private static FileVerdict verdict(
      Path file, Kind kind, YamlDocument document, ConfigReading reading, FileFindings findings) {
    return !findings.haveErrors() && reading instanceof ConfigReading.Accepted accepted
        ? new FileVerdict.Accepted(file, kind, document, accepted.config(), findings.inOrder())
        : new FileVerdict.Refused(file, findings.inOrder());
  }
}
