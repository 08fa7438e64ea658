package io.llmforge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Images without a container engine: what a Dockerfile copies is laid into a folder, and started
 * from there as its entry point says.
 */
class ImagesTest {

  /** Where the JRE of the base image is. */
  private static final String JAVA = "/opt/java/openjdk/bin/java";

  private static final Pattern COPY = Pattern.compile("^COPY (?!--from)(\\S+) (\\S+)$");
  private static final Pattern IMAGE = Pattern.compile("^ARG \\w+_IMAGE=(\\S+)$");

  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"");

  @TempDir Path root;

  /** The training that the archive of classes is made in, and starts with and without it. */
  @Test
  void trainerTrainsAndStartsFromItsLayers() throws Exception {
    var module = Path.of("../trainer-image");
    layOut(module);

    var trained = run(command(module, "RUN "));
    var archived = run(with(command(module, "ENTRYPOINT "), missingPlan()));
    var size = Files.size(root.resolve("app/trainer.aot"));
    Files.delete(root.resolve("app/trainer.aot"));
    var alone = run(with(command(module, "ENTRYPOINT "), missingPlan()));
    var help = run(with(command(module, "ENTRYPOINT "), "--help"));

    assertThat(trained.exitCode()).as(trained.text()).isZero();
    assertThat(root.resolve("warmup/run/output/README.md")).exists();
    assertThat(size).isGreaterThan(10 << 20);
    assertThat(archived.text()).doesNotContain("[error]");
    for (var ended : List.of(archived, alone)) {
      assertThat(ended.exitCode()).as(ended.text()).isEqualTo(66);
      assertThat(ended.text()).contains("SourceNotFound: ");
    }
    assertThat(help.text()).contains("usage: train --plan=FILE");
    System.out.printf(
        "to the first words: %d ms with the archive of classes, %d ms without%n",
        archived.milliseconds(), alone.milliseconds());
  }

  private String[] missingPlan() {
    return new String[] {
      "train", "--plan=" + root.resolve("none.json"), "--workspace=" + root.resolve("none")
    };
  }

  @Test
  void operatorStartsFromItsLayers() throws Exception {
    var module = Path.of("../operator");
    layOut(module);
    var command = command(module, "ENTRYPOINT ");
    command.addAll(1, List.of("-Dquarkus.http.host=127.0.0.1", "-Dquarkus.http.port=0"));
    command.addAll(
        1,
        List.of(
            "-Dkubernetes.master=http://127.0.0.1:1", "-Dkubernetes.request.retry.backoffLimit=0"));

    var ended = run(command);

    // Nobody answers at that address; that it asks is proof enough that it has started.
    assertThat(ended.exitCode()).as(ended.text()).isNotZero();
    assertThat(ended.text()).contains("127.0.0.1").doesNotContain("NoClassDefFoundError");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../trainer-image", "../operator"})
  void imageIsOfNobodyAndFromWhereTheBuilderSays(String module) throws IOException {
    var lines = Files.readAllLines(Path.of(module, "Dockerfile"));

    assertThat(lines).contains("USER 10001:10001");
    for (var line : lines) {
      var image = IMAGE.matcher(line);
      if (image.matches()) {
        var first = image.group(1).split("/", 2)[0];
        assertThat(image.group(1).contains("/") && first.matches(".*[.:].*"))
            .as("%s names a registry's host", line)
            .isFalse();
      }
    }
    assertThat(Files.readAllLines(Path.of(module, ".dockerignore"))).contains("**");
  }

  private void layOut(Path module) throws IOException {
    var copied = 0;
    for (var line : Files.readAllLines(module.resolve("Dockerfile"))) {
      var copy = COPY.matcher(line);
      if (copy.matches()) {
        var from = module.resolve(copy.group(1));
        assertThat(from).as(line).exists();
        assertSent(module, copy.group(1));
        copy(from, root.resolve(copy.group(2).substring(1)));
        copied++;
      }
    }
    assertThat(copied).isPositive();
  }

  /** The context has it: the last rule of .dockerignore that fits says so. */
  private static void assertSent(Path module, String source) throws IOException {
    var sent = false;
    for (var rule : Files.readAllLines(module.resolve(".dockerignore"))) {
      if (rule.equals("**")) {
        sent = false;
      } else if (rule.startsWith("!") && source.startsWith(rule.substring(1).replace("/**", ""))) {
        sent = true;
      }
    }
    assertThat(sent).as("%s is in the context", source).isTrue();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var target = from.equals(file) ? to : to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.deleteIfExists(target);
        Files.createLink(target, file.toAbsolutePath());
      }
    }
  }

  /** An instruction's words, with its paths in the folder and this machine's Java. */
  private List<String> command(Path module, String instruction) throws IOException {
    var line =
        Files.readAllLines(module.resolve("Dockerfile")).stream()
            .filter(each -> each.startsWith(instruction + "["))
            .findFirst()
            .orElseThrow();
    var command = new ArrayList<String>();
    for (var words = WORD.matcher(line); words.find(); ) {
      var word = words.group(1);
      command.add(
          word.equals(JAVA)
              ? Path.of(System.getProperty("java.home"), "bin", "java").toString()
              : word.replaceFirst("(^|=)/(app|warmup)/", "$1" + root + "/$2/"));
    }
    return command;
  }

  private static List<String> with(List<String> command, String... arguments) {
    command.addAll(List.of(arguments));
    return command;
  }

  private record Ended(int exitCode, String text, long milliseconds) {}

  /** With nothing of this environment, and proxies that lead nowhere. */
  private Ended run(List<String> command) throws Exception {
    var folder = Files.isDirectory(root.resolve("warmup")) ? root.resolve("warmup") : root;
    var builder = new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().put("DJL_CACHE_DIR", root.resolve("tmp/djl").toString());
    builder
        .environment()
        .put(
            "JAVA_TOOL_OPTIONS",
            "-Xmx256m -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=1 -Dhttps.proxyHost=127.0.0.1"
                + " -Dhttps.proxyPort=1");
    var start = System.nanoTime();
    var process = builder.start();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var exitCode = process.waitFor();
    return new Ended(exitCode, text, (System.nanoTime() - start) / 1_000_000);
  }
}
