package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StagedFolder;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.storage.WriteProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kept folders of a volume: each is written beside its place and renamed.
 *
 * @param place their folder
 * @param text the place as its user would write it
 */
record KeptInClaim(Path place, String text, FetchControl control) implements KeptFolders {

  @Override
  public void requireWritable(Path scratch) {
    WriteProbe.requireWritable(place.resolve(LIST), text);
  }

  @Override
  public Set<String> names() {
    if (!Files.isDirectory(place)) {
      return Set.of();
    }
    recover();
    try (Stream<Path> folders = Files.list(place)) {
      return folders
          .map(folder -> folder.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw StorageException.reading(text, e);
    }
  }

  // One that was killed while it replaced a folder may have left the old one alone, hidden.
  private void recover() {
    try {
      StagedFolder.recoverAll(place);
    } catch (IOException e) {
      throw StorageException.writing(text, e);
    }
  }

  @Override
  public boolean isWhole(String name) {
    Path list = place.resolve(name).resolve(LIST);
    if (!Files.isRegularFile(list)) {
      return false;
    }
    try {
      List<FolderUpload.Content> files = KeptFolders.read(Files.readAllBytes(list));
      for (FolderUpload.Content file : files) {
        Path path = place.resolve(name).resolve(file.path());
        if (!Files.isRegularFile(path) || Files.size(path) != file.bytes()) {
          return false;
        }
      }
      return !files.isEmpty();
    } catch (IOException e) {
      throw StorageException.reading(text, e);
    }
  }

  @Override
  public Optional<String> digest(String name, String path) {
    Path list = place.resolve(name).resolve(LIST);
    try {
      return Files.isRegularFile(list)
          ? KeptFolders.digest(KeptFolders.read(Files.readAllBytes(list)), path)
          : Optional.empty();
    } catch (IOException e) {
      throw StorageException.reading(text, e);
    }
  }

  @Override
  public void put(String name, Path folder) {
    try {
      Files.createDirectories(place);
      new StagedFolder(place.resolve(name)).write(staged -> copy(folder, staged));
    } catch (IOException e) {
      throw StorageException.writing(text, e);
    }
  }

  @Override
  public void get(String name, Path folder) {
    try {
      Path source = place.resolve(name);
      copy(source, folder);
      for (FolderUpload.Content file : KeptFolders.read(Files.readAllBytes(source.resolve(LIST)))) {
        if (!isRight(folder, file)) {
          copy(source.resolve(file.path()), folder.resolve(file.path()));
          requireRight(name, folder, file);
        }
      }
      Files.delete(folder.resolve(LIST));
    } catch (IOException e) {
      throw StorageException.reading(text, e);
    }
  }

  private void requireRight(String name, Path folder, FolderUpload.Content file)
      throws IOException {
    if (!isRight(folder, file)) {
      throw new DamagedException("%s/%s/%s".formatted(text, name, file.path()));
    }
  }

  private static boolean isRight(Path folder, FolderUpload.Content file) throws IOException {
    return Sha256.of(folder.resolve(file.path())).equals(file.sha256());
  }

  @Override
  public void delete(String name) {
    try {
      Path folder = place.resolve(name);
      Files.deleteIfExists(folder.resolve(LIST));
      Durable.deleteTree(folder);
    } catch (IOException e) {
      throw StorageException.writing(text, e);
    }
  }

  @Override
  public void close() {}

  private void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        control.requireGoOn();
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
