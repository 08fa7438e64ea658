package io.llmforge.trainer.tracking;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * TensorBoard's view of the metrics file: one event for each of its lines. The metrics file is the
 * truth; opening makes this one agree with it, whatever a killed attempt left.
 */
public final class EventFile implements AutoCloseable {

  /** TensorBoard looks for {@code tfevents} in a name. */
  private static final String NAME = "events.out.tfevents.llmforge";

  /** A run is a folder to TensorBoard, and its name is the folder's. */
  private static final String FOLDER = "runs";

  private static final String EVALUATION = "eval_";

  private final FileChannel channel;
  private final InstantSource clock;
  private long end;

  private EventFile(FileChannel channel, InstantSource clock) {
    this.channel = channel;
    this.clock = clock;
  }

  /** Where the file of a run is below the workspace, and below what is published. */
  public static Path in(Path folder, String run) {
    return folder.resolve(FOLDER).resolve(run).resolve(NAME);
  }

  /**
   * Opens the file for appending: keeps one event for each line of the metrics file, forgets those
   * of steps that were made after, and writes those that are missing.
   *
   * @param metrics the metrics file, cut to where the run goes on
   */
  public static EventFile open(Path file, Path metrics, InstantSource clock) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    var events = new EventFile(channel, clock);
    try (BufferedReader lines = Files.newBufferedReader(metrics)) {
      events.agreeWith(lines);
      return events;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Appends an event, whole or not at all.
   *
   * @throws IOException when there is no room; the file ends with the event before
   */
  public void append(Measurements measured) throws IOException {
    append(EventMessage.scalars(clock.instant(), measured.step(), tagged(measured)));
  }

  /** Puts all of it on disk. */
  public void flush() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void agreeWith(BufferedReader lines) throws IOException {
    boolean isKept = keepNext();
    if (!isKept) {
      cut();
      append(EventMessage.fileVersion(clock.instant()));
    }
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      isKept = isKept && keepNext();
      if (!isKept) {
        cut();
        append(Measurements.read(line));
      }
    }
    cut();
  }

  private boolean keepNext() throws IOException {
    long next = EventRecords.end(channel, end);
    if (next < 0) {
      return false;
    }
    end = next;
    return true;
  }

  private void append(byte[] event) throws IOException {
    ByteBuffer record = EventRecords.framed(event);
    long position = end;
    try {
      while (record.hasRemaining()) {
        position += channel.write(record, position);
      }
    } catch (IOException e) {
      cutAfter(e);
      throw e;
    }
    end = position;
  }

  private void cutAfter(IOException failure) {
    try {
      cut();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private void cut() throws IOException {
    channel.truncate(end);
  }

  /** Two groups of curves, named as the callbacks of Transformers name them. */
  private static Map<String, Double> tagged(Measurements measured) {
    Map<String, Double> tagged = new LinkedHashMap<>();
    measured
        .curves()
        .forEach(
            (name, value) -> {
              if (name.startsWith(EVALUATION)) {
                tagged.put("eval/" + name.substring(EVALUATION.length()), value);
              } else if (name.equals("perplexity")) {
                tagged.put("eval/perplexity", value);
              } else {
                tagged.put("train/" + name, value);
              }
            });
    return tagged;
  }
}
