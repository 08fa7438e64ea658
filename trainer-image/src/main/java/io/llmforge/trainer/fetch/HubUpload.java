package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.Location.HubModel;
import io.llmforge.trainer.fetch.HubRepository.Announced;
import io.llmforge.trainer.fetch.HubRepository.Mode;
import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a finished folder as one commit of a repository of the Hugging Face Hub: all of it is
 * there or nothing. A commit builds on what was looked at; when another one came before it, all is
 * looked at again. What is there already is not sent, and no commit is made that changes nothing.
 */
final class HubUpload implements FolderUpload {

  /** What a repository may hold that no run has written to: its history keeps what it was. */
  private static final Set<String> OF_NEW_REPOSITORIES = Set.of("README.md", "LICENSE");

  private static final String COMMIT = ".upload-commit.ndjson";
  private static final int SAMPLE_BYTES = 512;

  /** The Hub's own limit of what is part of a commit. */
  private static final long MOST_REGULAR_BYTES = 10L << 20;

  private final HubModel place;
  private final RemoteSettings settings;
  private final HubWriteAnswers answers;
  private final FetchControl control;
  private final Tries tries;

  HubUpload(HubModel place, RemoteSettings settings, FetchControl control, InstantSource clock) {
    this.place = place;
    this.settings = settings;
    this.answers = new HubWriteAnswers(place, settings, clock);
    this.control = control;
    this.tries = new Tries(control);
  }

  @Override
  public void requirePossible(String manifest, Path scratch) {
    if (settings.hubToken().isEmpty()) {
      throw answers.noToken();
    }
    try (var client = new WebClient(control.stopRequested())) {
      HubRepository repository = repository(client);
      HubListing head = run("looking at", repository::head);
      if (!isOurs(head, manifest)) {
        throw new StorageException.CannotWrite(
            "%s holds files that no run has written; choose another repository or branch"
                .formatted(place.text()),
            null);
      }
      // Refused unless commits will be taken.
      byte[] sample = "{}".getBytes(StandardCharsets.UTF_8);
      run(
          "asking to write to",
          () -> repository.modes(List.of(Announced.of(manifest, sample.length, sample))));
    }
  }

  // Without a token nothing can be published, as requirePossible says.
  @Override
  public Optional<byte[]> read(String name) {
    if (settings.hubToken().isEmpty()) {
      return Optional.empty();
    }
    try (var client = new WebClient(control.stopRequested())) {
      HubRepository repository = repository(client);
      return run(
          "reading",
          () -> {
            HubListing head = repository.head();
            return head.files().containsKey(name)
                ? Optional.of(repository.read(name, head.commit()))
                : Optional.empty();
          });
    }
  }

  @Override
  public Optional<String> holds(List<Content> files) {
    try (var client = new WebClient(control.stopRequested())) {
      HubRepository repository = repository(client);
      return run("looking at", () -> holds(files, repository));
    }
  }

  private Optional<String> holds(List<Content> files, HubRepository repository) throws IOException {
    HubListing head = repository.head();
    for (Content file : files) {
      HubListing.Entry entry = head.files().get(file.path());
      if (entry == null || !isSame(file, entry, head, repository)) {
        return Optional.empty();
      }
    }
    return Optional.of(new HubModel(place.repository(), head.commit()).text());
  }

  /** Of small files the Hub knows Git's digest only, so they are read. */
  private static boolean isSame(
      Content file, HubListing.Entry entry, HubListing head, HubRepository repository)
      throws IOException {
    return switch (entry.checksum().kind()) {
      case NONE -> false;
      case SHA256 -> entry.checksum().hex().equals(file.sha256());
      case GIT_BLOB ->
          new Sha256().add(repository.read(file.path(), head.commit())).hex().equals(file.sha256());
    };
  }

  private static boolean isOurs(HubListing head, String manifest) {
    return head.files().containsKey(manifest)
        || head.files().keySet().stream()
            .allMatch(path -> path.startsWith(".") || OF_NEW_REPOSITORIES.contains(path));
  }

  @Override
  public String run(Folder folder) {
    try (var client = new WebClient(control.stopRequested())) {
      HubRepository repository = repository(client);
      List<Content> all = all(folder);
      String commit = run("publishing to", () -> publish(folder, all, repository, client));
      HubListing there = run("looking at", () -> repository.at(commit));
      if (!missing(folder, all, there).isEmpty()) {
        throw new StorageException.Unavailable(
            "%s at %s is not what was sent: digests differ; the next attempt sends it again"
                .formatted(place.text(), commit),
            null);
      }
      String text = new HubModel(place.repository(), commit).text();
      control.console().line("[upload] %s: %d files".formatted(text, all.size()));
      return text;
    } catch (IOException e) {
      throw StorageException.reading(folder.path().toString(), e);
    }
  }

  private static List<Content> all(Folder folder) throws IOException {
    Path manifest = folder.path().resolve(folder.manifest());
    List<Content> all = new ArrayList<>(folder.files());
    all.add(new Content(folder.manifest(), Files.size(manifest), Sha256.of(manifest)));
    return all;
  }

  /** The commit that has all of it. */
  private String publish(
      Folder folder, List<Content> all, HubRepository repository, WebClient client)
      throws IOException {
    HubListing head = repository.head();
    List<Content> changed = missing(folder, all, head);
    List<String> obsolete = obsolete(folder, head, repository);
    if (changed.isEmpty() && obsolete.isEmpty()) {
      return head.commit();
    }
    Map<String, Mode> modes = repository.modes(announced(folder, changed));
    List<Content> large =
        changed.stream().filter(file -> isLarge(file, modes.get(file.path()))).toList();
    var largeFiles = new HubLargeFiles(place, repository, settings, client, control);
    for (Content file : large) {
      control.requireGoOn();
      largeFiles.send(folder.path().resolve(file.path()), file);
    }
    List<Content> regular = changed.stream().filter(file -> !large.contains(file)).toList();
    var commit =
        new HubCommit(
            folder.path(), head.commit(), description(folder, all), regular, large, obsolete);
    return send(commit, repository)
        .orElseThrow(() -> new IOException("another commit came before this one"));
  }

  /** No store of large files takes an empty one, and no commit those that the Hub calls large. */
  private static boolean isLarge(Content file, @Nullable Mode mode) {
    return (mode == Mode.LARGE && file.bytes() > 0) || file.bytes() > MOST_REGULAR_BYTES;
  }

  private static Optional<String> send(HubCommit commit, HubRepository repository)
      throws IOException {
    Path body = Durable.parentOf(commit.folder()).resolve(COMMIT);
    try {
      commit.write(body);
      return repository.commit(body);
    } finally {
      Files.deleteIfExists(body);
    }
  }

  /** What the repository lacks, or has with another content. */
  private static List<Content> missing(Folder folder, List<Content> all, HubListing listing)
      throws IOException {
    List<Content> missing = new ArrayList<>();
    for (Content file : all) {
      HubListing.Entry entry = listing.files().get(file.path());
      if (entry == null || !isSame(folder.path().resolve(file.path()), file, entry.checksum())) {
        missing.add(file);
      }
    }
    return missing;
  }

  private static boolean isSame(Path path, Content file, Checksum checksum) throws IOException {
    return switch (checksum.kind()) {
      case NONE -> false;
      case SHA256 -> checksum.hex().equals(file.sha256());
      case GIT_BLOB -> checksum.isOf(path);
    };
  }

  /** What an older result left there. */
  private static List<String> obsolete(Folder folder, HubListing head, HubRepository repository)
      throws IOException {
    if (!head.files().containsKey(folder.manifest())) {
      return List.of();
    }
    return folder.obsolete(repository.read(folder.manifest(), head.commit())).stream()
        .filter(head.files()::containsKey)
        .distinct()
        .toList();
  }

  private static List<Announced> announced(Folder folder, List<Content> files) throws IOException {
    List<Announced> announced = new ArrayList<>();
    for (Content file : files) {
      try (InputStream bytes = Files.newInputStream(folder.path().resolve(file.path()))) {
        announced.add(Announced.of(file.path(), file.bytes(), bytes.readNBytes(SAMPLE_BYTES)));
      }
    }
    return announced;
  }

  /** The digest is the one in the status of the FineTuneJob. */
  private static String description(Folder folder, List<Content> all) {
    return "%s has SHA-256 %s".formatted(folder.manifest(), all.getLast().sha256());
  }

  private HubRepository repository(WebClient client) {
    return new HubRepository(place, settings, answers, client);
  }

  private <T> T run(String what, Tries.Work<T> work) {
    try {
      return tries.run(what + " " + place.text(), work, () -> 0);
    } catch (RemoteStore.ChangedException e) {
      throw new IllegalStateException("nothing is compared when publishing", e);
    }
  }
}
