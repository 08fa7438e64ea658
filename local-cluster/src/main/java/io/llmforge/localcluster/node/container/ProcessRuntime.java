package io.llmforge.localcluster.node.container;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Runs a container as a process of this machine. Where the host has {@code setsid} the process
 * leads a process group of its own, so that nothing it started outlives it, and a Ctrl-C meant for
 * the cluster does not reach it.
 */
public final class ProcessRuntime implements ContainerRuntime {
  private static final String START_FAILED = "exec: \"%s\": %s";

  private final Optional<Path> setsid;

  /** Looks for tools in the folders of {@code searchPath}, a PATH. */
  public ProcessRuntime(String searchPath) {
    this.setsid = find("setsid", searchPath);
  }

  @Override
  public Running start(Launch launch) throws ContainerStartException, IOException {
    var command = new ArrayList<String>();
    setsid.ifPresent(tool -> command.add(tool.toString()));
    command.addAll(executable(launch));
    var builder =
        new ProcessBuilder(command)
            .directory(launch.workingFolder().toFile())
            .redirectErrorStream(true)
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectOutput(Redirect.appendTo(launch.log().toFile()));
    builder.environment().clear();
    builder.environment().putAll(launch.environment());
    return new RunningProcess(builder.start(), setsid.isPresent());
  }

  /** The command with its first word resolved, as setsid's own complaint would come too late. */
  private static List<String> executable(Launch launch) throws ContainerStartException {
    var word = launch.command().getFirst();
    var found =
        word.contains("/")
            ? Optional.of(launch.workingFolder().resolve(word)).filter(Files::exists)
            : find(word, launch.environment().getOrDefault("PATH", ""));
    if (found.isEmpty()) {
      var reason =
          word.contains("/") ? "no such file or directory" : "executable file not found in $PATH";
      throw new ContainerStartException(START_FAILED.formatted(word, reason));
    }
    if (!Files.isRegularFile(found.get()) || !Files.isExecutable(found.get())) {
      throw new ContainerStartException(START_FAILED.formatted(word, "permission denied"));
    }
    var command = new ArrayList<>(launch.command());
    command.set(0, found.get().toString());
    return command;
  }

  private static Optional<Path> find(String tool, String searchPath) {
    for (var folder : searchPath.split(File.pathSeparator, -1)) {
      var candidate = Path.of(folder, tool);
      if (!folder.isEmpty() && Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
        return Optional.of(candidate.toAbsolutePath());
      }
    }
    return Optional.empty();
  }

  private static final class RunningProcess implements Running {
    private final Process process;
    private final boolean leadsGroup;
    private final CompletableFuture<Integer> exit;

    RunningProcess(Process process, boolean leadsGroup) {
      this.process = process;
      this.leadsGroup = leadsGroup;
      this.exit =
          process
              .onExit()
              .thenApply(
                  ended -> {
                    killGroup();
                    return ended.exitValue();
                  });
    }

    @Override
    public CompletableFuture<Integer> exit() {
      return exit;
    }

    @Override
    public String id() {
      return "process://" + process.pid();
    }

    @Override
    public void terminate() {
      process.destroy();
    }

    @Override
    public void kill() {
      var descendants = process.descendants().toList();
      process.destroyForcibly();
      descendants.forEach(ProcessHandle::destroyForcibly);
      killGroup();
    }

    /** Children of a process that has ended can only be reached through its group. */
    private void killGroup() {
      if (!leadsGroup) {
        return;
      }
      try {
        var killer =
            new ProcessBuilder("/bin/sh", "-c", "kill -s KILL -- -" + process.pid())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start();
        killer.waitFor();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot run /bin/sh to end a process group", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
