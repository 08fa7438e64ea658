package io.llmforge.trainer.checkpoint;

import io.llmforge.trainer.storage.StagedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of one run: {@code checkpoint-000123/}, each with {@code artifact/}, {@code
 * trainer/} and a manifest. One appears whole or not at all; one that was damaged later is passed
 * over.
 */
public final class CheckpointFolders {

  private static final Pattern NAME = Pattern.compile("checkpoint-\\d{6,18}");

  /** Writes the tensors of a checkpoint. */
  @FunctionalInterface
  public interface Tensors {
    /**
     * Writes into two empty folders.
     *
     * @param artifact for the model or adapter in the form it is published in
     * @param trainer for what only continuing needs
     */
    void writeTo(Path artifact, Path trainer) throws IOException;
  }

  private final Path folder;
  private final List<Checkpoint> complete;

  private CheckpointFolders(Path folder, List<Checkpoint> complete) {
    this.folder = folder;
    this.complete = new ArrayList<>(complete);
  }

  /**
   * Opens the checkpoints below a folder that need not exist yet: clears leftovers of saves that
   * were killed and verifies every file of the rest.
   *
   * @param warnings is told of folders that are passed over
   */
  public static CheckpointFolders open(Path folder, Consumer<String> warnings) throws IOException {
    StagedFolder.recoverAll(folder);
    return new CheckpointFolders(folder, complete(folder, warnings));
  }

  public Checkpoint save(TrainingState state, Tensors tensors) throws IOException {
    Files.createDirectories(folder);
    Checkpoint checkpoint = new Checkpoint(folder.resolve(name(state.step())), state);
    new StagedFolder(checkpoint.folder())
        .write(
            staging -> {
              Checkpoint staged = new Checkpoint(staging, state);
              tensors.writeTo(
                  Files.createDirectories(staged.artifact()),
                  Files.createDirectories(staged.trainer()));
              Files.writeString(staged.trainer().resolve(Checkpoint.STATE_FILE), state.write());
              Manifest.write(staging);
            });
    complete.removeIf(known -> known.folder().equals(checkpoint.folder()));
    complete.add(checkpoint);
    return checkpoint;
  }

  /** All of them, those first that are needed most: the best, the newest, then by age. */
  public List<Checkpoint> inOrderOfNeed() {
    Set<Checkpoint> ordered = new LinkedHashSet<>();
    best().ifPresent(ordered::add);
    newest().ifPresent(ordered::add);
    complete.stream().sorted(Checkpoint.OLDEST_FIRST.reversed()).forEach(ordered::add);
    return List.copyOf(ordered);
  }

  /** Whether a folder may be a checkpoint, by its name. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** The step of a checkpoint, by its name. */
  public static long step(String name) {
    return Long.parseLong(name.substring(name.indexOf('-') + 1));
  }

  /** The newest complete checkpoint. */
  public Optional<Checkpoint> newest() {
    return complete.stream().max(Checkpoint.OLDEST_FIRST);
  }

  /**
   * The complete checkpoint with the lowest evaluation loss; the newest when none was evaluated.
   */
  public Optional<Checkpoint> best() {
    return complete.stream().min(Checkpoint.BEST_FIRST);
  }

  /** Deletes all but the newest and the best {@code count}. */
  public void retain(int count) throws IOException {
    Set<Checkpoint> kept = new HashSet<>();
    complete.stream().sorted(Checkpoint.BEST_FIRST).limit(count).forEach(kept::add);
    newest().ifPresent(kept::add);
    for (Checkpoint checkpoint : List.copyOf(complete)) {
      if (!kept.contains(checkpoint)) {
        new StagedFolder(checkpoint.folder()).delete();
        complete.remove(checkpoint);
      }
    }
  }

  private static List<Checkpoint> complete(Path folder, Consumer<String> warnings)
      throws IOException {
    List<Checkpoint> complete = new ArrayList<>();
    for (Path path : children(folder)) {
      if (NAME.matcher(path.getFileName().toString()).matches()) {
        Optional<String> problem = Manifest.problem(path);
        if (problem.isPresent()) {
          warnings.accept("checkpoint %s is passed over: it %s".formatted(path, problem.get()));
        } else {
          complete.add(Checkpoint.read(path));
        }
      }
    }
    return complete;
  }

  private static List<Path> children(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList();
    }
  }

  private static String name(long step) {
    return "checkpoint-%06d".formatted(step);
  }
}
