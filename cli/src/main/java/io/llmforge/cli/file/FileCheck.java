package io.llmforge.cli.file;

import io.llmforge.cli.file.FileVerdict.Kind;
import io.llmforge.crds.config.ConfigReading;
import io.llmforge.crds.config.Finding;
import io.llmforge.crds.config.Finding.Severity;
import io.llmforge.crds.config.LlmForgeConfigReader;
import io.llmforge.crds.config.YamlDocument;
import io.llmforge.crds.config.YamlReading;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads a file and says what it is worth. */
public final class FileCheck {

  private static final Comparator<Finding> BY_LINE =
      Comparator.comparing(finding -> finding.line() == null ? Integer.valueOf(0) : finding.line());

  private final LlmForgeConfigReader reader;

  public FileCheck(LlmForgeConfigReader reader) {
    this.reader = reader;
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
          read.document().root().has("kind") && read.document().root().has("apiVersion")
              ? checkManifest(file, read.document())
              : checkConfig(file, read.document());
    };
  }

  private FileVerdict checkConfig(Path file, YamlDocument document) {
    return switch (reader.read(document)) {
      case ConfigReading.Refused refused -> new FileVerdict.Refused(file, refused.findings());
      case ConfigReading.Accepted accepted ->
          new FileVerdict.Accepted(
              file, Kind.LLMFORGE_CONFIG, document, accepted.config(), accepted.findings());
    };
  }

  private FileVerdict checkManifest(Path file, YamlDocument document) {
    List<Finding> findings = new ArrayList<>(document.findings());
    findings.addAll(new ManifestRules(document).check());
    var config = document.below("spec", "config");
    if (config.isAbsent()) {
      return new FileVerdict.Refused(file, inOrder(findings));
    }
    var reading = reader.read(config);
    reading.findings().forEach(finding -> findings.add(inManifest(finding)));
    boolean refused = findings.stream().anyMatch(f -> f.severity() == Severity.ERROR);
    if (!refused && reading instanceof ConfigReading.Accepted accepted) {
      return new FileVerdict.Accepted(
          file, Kind.FINE_TUNE_JOB, document, accepted.config(), inOrder(findings));
    }
    return new FileVerdict.Refused(file, inOrder(findings));
  }

  private static Finding inManifest(Finding finding) {
    var path = finding.path().isEmpty() ? "spec.config" : "spec.config." + finding.path();
    return new Finding(finding.severity(), path, finding.line(), finding.message());
  }

  private static List<Finding> inOrder(List<Finding> findings) {
    return findings.stream().sorted(BY_LINE).toList();
  }
}
