package io.llmforge.localcluster.node.container;

import io.fabric8.kubernetes.api.model.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Makes the folders behind the volumes of a pod. Claims are folders of their own, everything else
 * lies in the pod's folder and goes with it.
 */
public final class PodVolumes {
  private final PodConfigs configs;
  private final Function<String, Path> claimFolder;

  /** The function finds the folder of a claim in the pod's namespace. */
  public PodVolumes(PodConfigs configs, Function<String, Path> claimFolder) {
    this.configs = configs;
    this.claimFolder = claimFolder;
  }

  public PodConfigs configs() {
    return configs;
  }

  /** Real folders by volume name. */
  public Map<String, Path> prepare(PodFields fields, Path podFolder)
      throws ContainerConfigException, IOException {
    var contents = new VolumeContents(configs, fields);
    var folders = new HashMap<String, Path>();
    for (var volume : fields.pod().getSpec().getVolumes()) {
      var own = podFolder.resolve("volumes").resolve(volume.getName());
      try {
        folders.put(volume.getName(), prepare(volume, own, contents));
      } catch (ContainerConfigException e) {
        throw new ContainerConfigException(
            "MountVolume.SetUp failed for volume \"%s\" : %s"
                .formatted(volume.getName(), e.reason()));
      }
    }
    return folders;
  }

  private Path prepare(Volume volume, Path own, VolumeContents contents)
      throws ContainerConfigException, IOException {
    if (volume.getPersistentVolumeClaim() != null) {
      var folder = claimFolder.apply(volume.getPersistentVolumeClaim().getClaimName());
      return Files.createDirectories(folder);
    }
    if (volume.getEmptyDir() != null) {
      return Files.createDirectories(own);
    }
    if (volume.getConfigMap() != null) {
      var map = volume.getConfigMap();
      return write(own, contents.configMap(map.getName(), map.getItems(), map.getOptional()));
    }
    if (volume.getSecret() != null) {
      var secret = volume.getSecret();
      return write(
          own, contents.secret(secret.getSecretName(), secret.getItems(), secret.getOptional()));
    }
    if (volume.getDownwardAPI() != null) {
      return write(own, contents.downward(volume.getDownwardAPI().getItems()));
    }
    if (volume.getProjected() != null) {
      return write(own, contents.projected(volume.getProjected().getSources()));
    }
    throw new ContainerConfigException(
        volume.getHostPath() == null
            ? "this kind of volume is not supported; use emptyDir, configMap, secret, downwardAPI,"
                + " projected or persistentVolumeClaim"
            : "hostPath volumes are refused: a pod may not reach into the machine");
  }

  private static Path write(Path folder, Map<String, byte[]> files)
      throws ContainerConfigException, IOException {
    Files.createDirectories(folder);
    for (var file : files.entrySet()) {
      var path = FolderPath.within(folder, file.getKey());
      Files.createDirectories(path.getParent());
      Files.deleteIfExists(path);
      Files.write(path, file.getValue());
      makeReadOnly(path);
    }
    return folder;
  }

  /** Only the owner reads: a Secret must not be readable to others on the machine. */
  private static void makeReadOnly(Path path) throws IOException {
    var posix = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (posix != null) {
      posix.setPermissions(PosixFilePermissions.fromString("r--------"));
    }
  }
}
