package io.llmforge.localcluster.node.container;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the description of a container into a process to start.
 *
 * @param hostEnvironment what every process gets before its image and its pod add to it: PATH, LANG
 */
public record LaunchDesign(
    PodConfigs configs,
    PodFields fields,
    Map<String, Path> volumes,
    Path podFolder,
    Map<String, String> hostEnvironment) {
  static final String DEFAULT_TERMINATION_MESSAGE_PATH = "/dev/termination-log";
  private static final String TERMINATION_MESSAGE_VARIABLE = "TERMINATION_LOG";

  public LaunchDesign {
    volumes = Map.copyOf(volumes);
    hostEnvironment = Map.copyOf(hostEnvironment);
  }

  public Launch launch(Container container, Image image, int attempt)
      throws ContainerConfigException, IOException {
    var folders = new ContainerFolders(podFolder, container.getName());
    Files.createDirectories(folders.home());
    Files.write(folders.terminationMessage(attempt), new byte[0]);
    var described = new ContainerEnvironment(configs, fields).of(container);
    var paths = paths(container, folders.terminationMessage(attempt), described);
    var command = command(container, image, described, paths);
    return new Launch(
        command,
        environment(image, described, paths, folders, attempt),
        workingFolder(container, image, paths, folders),
        folders.log(attempt),
        folders.terminationMessage(attempt),
        paths);
  }

  private PathMapping paths(
      Container container, Path terminationMessage, Map<String, String> variables)
      throws ContainerConfigException, IOException {
    var realPaths = new HashMap<String, Path>();
    realPaths.put(
        Optional.ofNullable(container.getTerminationMessagePath())
            .orElse(DEFAULT_TERMINATION_MESSAGE_PATH),
        terminationMessage);
    for (var mount : container.getVolumeMounts()) {
      realPaths.put(mount.getMountPath(), source(mount, variables));
    }
    return new PathMapping(realPaths);
  }

  private Path source(VolumeMount mount, Map<String, String> variables)
      throws ContainerConfigException, IOException {
    var volume = volumes.get(mount.getName());
    if (volume == null) {
      throw new ContainerConfigException("there is no volume \"" + mount.getName() + "\"");
    }
    var subPath =
        mount.getSubPathExpr() == null
            ? Optional.ofNullable(mount.getSubPath()).orElse("")
            : VariableExpansion.expand(mount.getSubPathExpr(), variables);
    if (subPath.isEmpty()) {
      return volume;
    }
    var path = FolderPath.within(volume, subPath);
    if (!Files.exists(path)) {
      Files.createDirectories(path);
    }
    return path;
  }

  private static List<String> command(
      Container container, Image image, Map<String, String> variables, PathMapping paths)
      throws ContainerConfigException {
    var described = new ArrayList<String>();
    described.addAll(container.getCommand());
    described.addAll(container.getArgs());
    var command = new ArrayList<String>();
    if (container.getCommand().isEmpty()) {
      command.addAll(image.entrypoint());
    }
    for (var word : described) {
      command.add(paths.rewrite(VariableExpansion.expand(word, variables)));
    }
    if (command.isEmpty()) {
      throw new ContainerConfigException(
          "no command specified: neither the container nor image \""
              + container.getImage()
              + "\" has one");
    }
    return command;
  }

  private Map<String, String> environment(
      Image image,
      Map<String, String> described,
      PathMapping paths,
      ContainerFolders folders,
      int attempt) {
    var environment = new HashMap<>(hostEnvironment);
    environment.put("HOME", folders.home().toString());
    environment.put(TERMINATION_MESSAGE_VARIABLE, folders.terminationMessage(attempt).toString());
    var spec = fields.pod().getSpec();
    environment.put(
        "HOSTNAME",
        Optional.ofNullable(spec.getHostname()).orElse(fields.pod().getMetadata().getName()));
    environment.putAll(image.environment());
    described.forEach((name, value) -> environment.put(name, paths.rewrite(value)));
    return environment;
  }

  /** A working directory that is no mount becomes a folder below the container's own. */
  private static Path workingFolder(
      Container container, Image image, PathMapping paths, ContainerFolders folders)
      throws ContainerConfigException, IOException {
    var wanted = container.getWorkingDir();
    if (wanted == null || wanted.isEmpty()) {
      return image.workingFolder().orElse(folders.home());
    }
    var real = paths.rewrite(wanted);
    var folder =
        real.equals(wanted)
            ? FolderPath.within(folders.home(), wanted.replaceFirst("^/+", ""))
            : Path.of(real);
    Files.createDirectories(folder);
    return folder;
  }
}
