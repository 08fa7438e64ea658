package io.llmforge.trainer.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/** Reading or writing did not work; the subtype says which kind of failure it is. */
public abstract sealed class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Nothing is where something should be. */
  public static final class NotFound extends StorageException {
    private static final long serialVersionUID = 1L;

    public NotFound(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** It may not be read, or it lies outside the volume it belongs to. */
  public static final class AccessDenied extends StorageException {
    private static final long serialVersionUID = 1L;

    public AccessDenied(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** It cannot be written. */
  public static final class CannotWrite extends StorageException {
    private static final long serialVersionUID = 1L;

    public CannotWrite(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The storage itself failed; another attempt may succeed. */
  public static final class Unavailable extends StorageException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * The failure behind an exception that was thrown while reading.
   *
   * @param what what was read, as its user wrote it
   */
  public static StorageException reading(String what, IOException cause) {
    return switch (cause) {
      case NoSuchFileException e -> notFound(what, e);
      case NotDirectoryException e -> notFound(what, e);
      case AccessDeniedException e ->
          new AccessDenied(
              "%s may not be read; give the trainer's user permission to read it".formatted(what),
              e);
      case IOException e -> new Unavailable("%s cannot be read (%s)".formatted(what, reason(e)), e);
    };
  }

  /**
   * The failure behind an exception that was thrown while writing.
   *
   * @param what what was written, as its user wrote it
   */
  public static StorageException writing(String what, IOException cause) {
    return new CannotWrite(
        "%s cannot be written (%s); check that its volume is mounted writable and has room"
            .formatted(what, reason(cause)),
        cause);
  }

  /** As {@link #reading(String, IOException)}, for code that may not declare exceptions. */
  public static StorageException reading(String what, UncheckedIOException cause) {
    return reading(what, requireNonNull(cause.getCause()));
  }

  /** As {@link #writing(String, IOException)}, for code that may not declare exceptions. */
  public static StorageException writing(String what, UncheckedIOException cause) {
    return writing(what, requireNonNull(cause.getCause()));
  }

  private static NotFound notFound(String what, IOException cause) {
    return new NotFound("%s does not exist; check the path and its volume".formatted(what), cause);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "permission denied: " + denied.getFile();
      case FileSystemLoopException loop -> "symbolic links form a loop: " + loop.getFile();
      case FileSystemException file when file.getReason() != null ->
          "%s: %s".formatted(file.getReason(), file.getFile());
      case IOException other -> other.toString();
    };
  }
}
