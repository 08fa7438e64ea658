package io.llmforge.trainer.fetch;

import io.llmforge.trainer.storage.Durable;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.Part;

/**
 * Copies a finished folder to an object store, where nothing can be renamed: the manifest goes
 * last, so that a folder without one is no result, and an older result loses its manifest first.
 * What is there already is not sent again, so that an upload that was killed goes on.
 */
final class ObjectUpload implements FolderUpload {

  /** Larger files are sent in parts, which fail and go on one by one. */
  static final long PART_BYTES = 64L << 20;

  private static final int MOST_PARTS = 10_000;

  /** The second is needed when the store has forgotten what the first goes on with. */
  private static final int MOST_BEGINNINGS = 2;

  /** Keeps the manifest of the result that is replaced, until that is done. */
  private static final String REPLACED = ".upload-replaces.json";

  /** Says that a run works here; it is there from before training until the manifest is. */
  static final String MARKER = ".llmforge-upload";

  private final UploadTarget target;
  private final FetchControl control;
  private final Tries tries;
  private final long partBytes;

  ObjectUpload(UploadTarget target, FetchControl control, long partBytes) {
    this.target = target;
    this.control = control;
    this.tries = new Tries(control);
    this.partBytes = partBytes;
  }

  @Override
  public void requirePossible(String manifest, Path scratch) {
    boolean isOurs =
        run(
            "looking at",
            () ->
                target.isEmpty()
                    || target.look(MARKER).isPresent()
                    || target.look(manifest).isPresent());
    if (!isOurs) {
      throw new StorageException.CannotWrite(
          "%s holds files that no run has written; choose another folder or empty it"
              .formatted(target.text()),
          null);
    }
    try {
      Path file = scratch.resolve(MARKER);
      Durable.writeText(
          file, "a run of LLMForge writes here; without " + manifest + " it is no result\n");
      String digest = Sha256.of(file);
      FilePart all = FilePart.all(file);
      put(MARKER, () -> target.put(MARKER, all, digest));
      Files.delete(file);
    } catch (IOException e) {
      throw StorageException.writing(scratch.toString(), e);
    }
  }

  @Override
  public Optional<byte[]> read(String name) {
    return run("reading", () -> target.read(name));
  }

  @Override
  public Optional<String> holds(List<Content> files) {
    return files.stream().allMatch(this::isThere) ? Optional.of(target.text()) : Optional.empty();
  }

  @Override
  public String run(Folder folder) {
    try {
      Path manifest = folder.path().resolve(folder.manifest());
      byte[] bytes = Files.readAllBytes(manifest);
      Path replaced = Durable.parentOf(folder.path()).resolve(REPLACED);
      Optional<byte[]> before = read(folder.manifest());
      if (before.isPresent() && !Arrays.equals(before.get(), bytes)) {
        Durable.writeText(replaced, new String(before.get(), StandardCharsets.UTF_8));
        put(folder.manifest(), () -> target.delete(folder.manifest()));
      }
      for (Content file : folder.files()) {
        control.requireGoOn();
        upload(folder.path(), file);
      }
      for (String name : obsolete(replaced, folder)) {
        put(name, () -> target.delete(name));
      }
      Files.deleteIfExists(replaced);
      String digest = Sha256.of(manifest);
      upload(folder.path(), new Content(folder.manifest(), bytes.length, digest));
      put(MARKER, () -> target.delete(MARKER));
      control
          .console()
          .line("[upload] %s: %d files".formatted(target.text(), folder.files().size() + 1));
      return target.text();
    } catch (IOException e) {
      throw StorageException.reading(folder.path().toString(), e);
    }
  }

  private static List<String> obsolete(Path replaced, Folder folder) throws IOException {
    return Files.exists(replaced) ? folder.obsolete(Files.readAllBytes(replaced)) : List.of();
  }

  private void upload(Path folder, Content file) throws IOException {
    if (isThere(file)) {
      return;
    }
    Path path = folder.resolve(file.path());
    if (file.bytes() <= partBytes) {
      FilePart all = FilePart.all(path);
      put(file.path(), () -> target.put(file.path(), all, file.sha256()));
    } else {
      uploadParts(folder, file);
    }
    if (!isThere(file)) {
      throw new StorageException.Unavailable(
          "%s/%s is not what was sent: size or digest differ; the next attempt sends it again"
              .formatted(target.text(), file.path()),
          null);
    }
  }

  private boolean isThere(Content file) {
    Optional<HeadObjectResponse> object = run("looking at", () -> target.look(file.path()));
    return object.isPresent()
        && object.get().contentLength() == file.bytes()
        && file.sha256().equals(object.get().metadata().get(UploadTarget.DIGEST));
  }

  private void uploadParts(Path folder, Content file) throws IOException {
    Path path = folder.resolve(file.path());
    Path notes = Durable.parentOf(folder);
    boolean isComplete = false;
    for (int begun = 0; !isComplete && begun < MOST_BEGINNINGS; begun++) {
      UploadInParts upload = UploadInParts.open(notes, file, target, this::run);
      isComplete = isCompleted(path, file, upload);
      upload.forget();
    }
  }

  /** Not so when the store has forgotten the upload. */
  private boolean isCompleted(Path path, Content file, UploadInParts upload) {
    long size = Math.max(partBytes, Math.ceilDiv(file.bytes(), MOST_PARTS));
    List<CompletedPart> parts = new ArrayList<>();
    for (int number = 1; (number - 1) * size < file.bytes(); number++) {
      control.requireGoOn();
      long offset = (number - 1) * size;
      var part = new FilePart(path, offset, Math.min(size, file.bytes() - offset));
      Optional<String> tag = sent(file, upload, number, part);
      if (tag.isEmpty()) {
        return false;
      }
      parts.add(CompletedPart.builder().partNumber(number).eTag(tag.get()).build());
    }
    return run(
        "writing %s to".formatted(file.path()),
        () -> target.completeParts(file.path(), upload.id(), parts));
  }

  private Optional<String> sent(Content file, UploadInParts upload, int number, FilePart part) {
    Optional<Part> there = upload.part(number);
    if (there.isPresent()
        && there.get().size() == part.length()
        && there.get().eTag().replace("\"", "").equals(part.hexMd5())) {
      return there.map(Part::eTag);
    }
    return run(
        "sending part %d of %s to".formatted(number, file.path()),
        () -> target.putPart(file.path(), upload.id(), number, part));
  }

  /** Something that a network may break and that gives nothing. */
  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  private void put(String name, Action action) {
    run(
        "writing %s to".formatted(name),
        () -> {
          action.run();
          return true;
        });
  }

  private <T> T run(String what, Tries.Work<T> work) {
    try {
      return tries.run(what + " " + target.text(), work, () -> 0);
    } catch (RemoteStore.ChangedException e) {
      throw new IllegalStateException("nothing is compared when uploading", e);
    }
  }
}
