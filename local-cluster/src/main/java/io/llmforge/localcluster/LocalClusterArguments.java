package io.llmforge.localcluster;

import io.llmforge.localcluster.node.container.Image;
import io.llmforge.localcluster.node.container.ImageCatalogue;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the command line. */
final class LocalClusterArguments {
  static final String USAGE =
      """
      usage: local-cluster --data=FOLDER [--port=N | --kubeconfig=FILE [--namespace=NAME]]
                           [--capacity=RESOURCE=QUANTITY]...
                           [--image=REPOSITORY[=COMMAND WORD...]]...
        --data        where the kubeconfig, the volumes and the folders of pods are kept
        --port        of the API server on 127.0.0.1 (default: a free one)
        --kubeconfig  be no cluster but a node of this one, whose control plane is elsewhere
        --namespace   whose claims get folders of such a node (default: default)
        --capacity    what the node has, such as nvidia.com/gpu=8 or cpu=16
        --image       what an image is on this machine, such as trainer=/opt/trainer/bin/trainer;
                      without a command its containers must bring their own""";

  private LocalClusterArguments() {}

  /**
   * What was asked for.
   *
   * @param options with the PATH and LANG of the environment
   * @param joined the cluster to be a node of; empty: be a whole cluster
   */
  record Request(LocalClusterOptions options, Optional<ClusterAccess> joined) {}

  /**
   * Reads the flags.
   *
   * @throws IllegalArgumentException with a message for the person who typed
   */
  static Request parse(String[] arguments, Map<String, String> environment) {
    Optional<Path> data = Optional.empty();
    Optional<Path> kubeconfig = Optional.empty();
    var namespace = "default";
    var port = 0;
    var capacity = new HashMap<String, String>();
    var images = new ImageCatalogue(Map.of());
    for (var argument : arguments) {
      var flag = Pair.split(argument, "a flag such as --data=FOLDER");
      switch (flag.name()) {
        case "--data" -> data = Optional.of(Path.of(flag.value()));
        case "--port" -> port = port(flag.value());
        case "--kubeconfig" -> kubeconfig = Optional.of(Path.of(flag.value()));
        case "--namespace" -> namespace = flag.value();
        case "--capacity" -> {
          var amount = Pair.split(flag.value(), "--capacity=RESOURCE=QUANTITY");
          capacity.put(amount.name(), amount.value());
        }
        case "--image" -> images = withImage(images, flag.value());
        default -> throw new IllegalArgumentException("unknown flag " + flag.name());
      }
    }
    var folder = data.orElseThrow(() -> new IllegalArgumentException("--data=FOLDER is missing"));
    var options =
        LocalClusterOptions.in(folder)
            .withPort(port)
            .withImages(images)
            .withHostEnvironment(hostEnvironment(environment));
    for (var amount : capacity.entrySet()) {
      options = options.withCapacity(amount.getKey(), amount.getValue());
    }
    var joinedNamespace = namespace;
    return new Request(
        options,
        kubeconfig.map(
            file -> new ClusterAccess(file, joinedNamespace, joinedNamespace, Map.of())));
  }

  private static int port(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--port=" + text + " is not a number", e);
    }
  }

  private static ImageCatalogue withImage(ImageCatalogue images, String text) {
    var equals = text.indexOf('=');
    if (equals < 0) {
      return images.with(text, Image.hostCommands());
    }
    var command = List.of(text.substring(equals + 1).trim().split(" +"));
    var image = new Image(command, Map.of(), Optional.empty());
    return images.with(text.substring(0, equals), image);
  }

  private static Map<String, String> hostEnvironment(Map<String, String> environment) {
    return Map.of(
        "PATH", environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin"),
        "LANG", environment.getOrDefault("LANG", "C.UTF-8"));
  }

  private record Pair(String name, String value) {
    static Pair split(String text, String expected) {
      var equals = text.indexOf('=');
      if (equals <= 0 || equals == text.length() - 1) {
        throw new IllegalArgumentException("'" + text + "' is not " + expected);
      }
      return new Pair(text.substring(0, equals), text.substring(equals + 1));
    }
  }
}
