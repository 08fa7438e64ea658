package io.llmforge.cli.run;

import io.llmforge.cli.story.Story;
import io.llmforge.localcluster.LocalClusterOptions;
import io.llmforge.localcluster.node.container.Image;
import io.llmforge.localcluster.node.container.ImageCatalogue;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the cluster of a run is made of, and where its claims lie on this machine. */
final class ClusterDesign {

  private static final String CLAIM_SCHEME = "pvc://";
  private static final String TRAINER_IMAGE = "llmforge/trainer";
  private static final String ACCELERATOR = "nvidia.com/gpu";

  // Pods hold accelerators as on a real node; the trainer itself finds out that there is none.
  private static final String ACCELERATORS = "8";

  private ClusterDesign() {}

  /** One node that can run the trainer's image. */
  static LocalClusterOptions options(Installation installation, RunFolder folder) {
    Image trainer =
        Image.of(
            installation.java().toString(),
            // Runs here are short, and their arithmetic is not Java's.
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dai.djl.offline=true",
            "-cp",
            installation.trainerLibraries() + "/*",
            "io.llmforge.trainer.Trainer");
    return LocalClusterOptions.in(folder.cluster())
        .withImages(new ImageCatalogue(Map.of(TRAINER_IMAGE, trainer)))
        .withCapacity(ACCELERATOR, ACCELERATORS);
  }

  /**
   * Settings of the operator that this cluster calls for.
   *
   * @param namespaces those of the stories
   */
  static Map<String, String> operatorSettings(Set<String> namespaces) {
    return Map.of(
        "LLMFORGE_NAMESPACES",
        String.join(",", namespaces),
        "LLMFORGE_TRAINER_IMAGE",
        TRAINER_IMAGE + ":local",
        "LLMFORGE_POLL_INTERVAL",
        "1S",
        "LLMFORGE_STATUS_KEY",
        statusKey());
  }

  // The cluster lives as long as its operator, so nobody has to keep the key.
  private static String statusKey() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return HexFormat.of().formatHex(key);
  }

  /** Folder of a claim on this machine. */
  static Path volume(RunFolder folder, String namespace, String claim) {
    return folder.cluster().resolve("volumes").resolve(namespace).resolve(claim);
  }

  /** Folder on this machine of a {@code pvc://claim/path} location. */
  static Optional<Path> folderOf(String location, String namespace, RunFolder folder) {
    if (!location.startsWith(CLAIM_SCHEME)) {
      return Optional.empty();
    }
    String[] claimAndPath = location.substring(CLAIM_SCHEME.length()).split("/", 2);
    Path volume = volume(folder, namespace, claimAndPath[0]);
    return Optional.of(claimAndPath.length == 1 ? volume : volume.resolve(claimAndPath[1]));
  }

  /** Folders on this machine that a story publishes to. */
  static Stream<Path> outputFolders(Story story, RunFolder folder) {
    return Stream.ofNullable(story.job().getSpec().outputs())
        .flatMap(outputs -> outputs.stream())
        .flatMap(output -> Stream.ofNullable(output.uri()))
        .flatMap(uri -> folderOf(uri, story.namespace(), folder).stream());
  }
}
