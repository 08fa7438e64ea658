package io.llmforge.trainer;

import io.llmforge.crds.plan.CheckpointPlace;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.trainer.recipe.CopyOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The command line of a trainer pod.
 *
 * @param command what to do
 * @param shard shard to score; a trainer has none
 * @param plan file of the plan
 * @param workspace the run's own folder
 * @param volumes mount folder of each claim
 * @param cache folder that runs share
 * @param statusPort port of the status server
 * @param microBatchDivisor by how much micro-batches are smaller than the plan has them
 * @param statusTokenFile file of the token that the status server asks for, when it asks for one
 * @param copies where checkpoints are copied to, when they are
 */
record TrainerArguments(
    Command command,
    OptionalInt shard,
    Path plan,
    Path workspace,
    Map<String, Path> volumes,
    Optional<Path> cache,
    int statusPort,
    int microBatchDivisor,
    Optional<Path> statusTokenFile,
    Optional<CopyOrder> copies) {

  static final String HELP =
      """
      usage: train --plan=FILE --workspace=FOLDER [--volume=CLAIM=FOLDER]... [--cache=FOLDER]
                   [--status-port=PORT] [--micro-batch-divisor=NUMBER] [--status-token-file=FILE]
                   [--checkpoints=PLACE] [--termination-grace-seconds=NUMBER]
             reference --plan=FILE --workspace=FOLDER --shard=NUMBER [--volume=CLAIM=FOLDER]...
                       [--cache=FOLDER]
             fetch --plan=FILE --workspace=FOLDER [--cache=FOLDER]
             publish --plan=FILE --workspace=FOLDER [--checkpoints=PLACE]
                     [--volume=CLAIM=FOLDER]...
             preflight --plan=FILE --workspace=FOLDER [--volume=CLAIM=FOLDER]... [--cache=FOLDER]
                       [--memory-bytes=NUMBER] [--checkpoints=PLACE]
             estimate --plan=FILE --workspace=FOLDER [--volume=CLAIM=FOLDER]...
                      [--memory-bytes=NUMBER] [--measured-steps=NUMBER]

      train trains what a plan says; reference scores one shard of the rows of a preference_tuning
      plan with the model that training starts from, which train needs; fetch copies what a plan
      names outside the cluster into the workspace, which both need; publish brings a result that is
      to leave the cluster from the workspace, where train leaves it, to its place; preflight finds,
      without an accelerator, what would be wrong with places, model and rows, and prepares the rows;
      estimate says in the workspace's estimate.json what a plan comes to, without training.

        --plan=FILE            the training plan, JSON
        --workspace=FOLDER     the run's own folder: checkpoints, metrics, preview
        --volume=CLAIM=FOLDER  where a persistent volume claim of the plan is mounted
        --cache=FOLDER         folder that runs share: what was fetched and scores of a reference are
                               looked for and kept there (default: the workspace)
        --status-port=PORT     port of the status server (default 8090; 0 takes a free one)
        --micro-batch-divisor=NUMBER
                               micro-batches are this much smaller than planned, and as many more
                               make a step (default 1)
        --status-token-file=FILE
                               questions to the status server must carry the token in this file, as
                               Authorization: Bearer; probes need not (default: nobody must)
        --checkpoints=PLACE    where checkpoints are copied to, and looked for when the workspace has
                               none: pvc://CLAIM/FOLDER, s3://BUCKET/FOLDER or gs://BUCKET/FOLDER
        --termination-grace-seconds=NUMBER
                               how long the process may take to end after SIGTERM (default 120); four
                               fifths of it are for the last copy
        --shard=NUMBER         which shard to score, from 0
        --memory-bytes=NUMBER  memory of one accelerator
        --help                 print this

      fetch reads HF_TOKEN, HF_ENDPOINT; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION,
      AWS_ENDPOINT_URL; GS_ACCESS_KEY_ID, GS_SECRET_ACCESS_KEY (an HMAC key). publish and preflight read
      those of a store that the result goes to, and train MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN (or
      MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD) when the plan names an MLflow server, or
      WANDB_API_KEY, WANDB_BASE_URL, WANDB_ENTITY, WANDB_PROJECT when it names Weights & Biases.

      For --checkpoints, the same variables are read with CHECKPOINTS_ before their names.

      train reads RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT, LLMFORGE_GROUP_KEY when it is one of
      several processes that train together, and HOSTS_FILE, whose names it asks before DNS.

      Ends with 0 when its work is done (train: the artefact is published, or is in the workspace and
      ready to be), otherwise with a code that says what is wrong
      (64 usage, 65 data, 66 missing file, 73 unwritable output, 75 stopped and saved, 77 access
      denied, 78 configuration or model, 80 out of memory, 81 diverged, 82 another process lost).
      """;

  private static final Duration DEFAULT_GRACE = Duration.ofMinutes(2);

  private static final String STATUS_PORT_ARGUMENT = "--status-port=";

  TrainerArguments {
    volumes = Map.copyOf(volumes);
  }

  /** What to do. */
  enum Command {
    TRAIN(PodContract.TRAIN_COMMAND),
    REFERENCE(PodContract.REFERENCE_COMMAND),
    FETCH(PodContract.FETCH_COMMAND),
    PUBLISH(PodContract.PUBLISH_COMMAND);

    private final String text;

    Command(String text) {
      this.text = text;
    }

    static Command of(List<String> arguments) {
      return Arrays.stream(values())
          .filter(command -> !arguments.isEmpty() && arguments.getFirst().equals(command.text))
          .findFirst()
          .orElseThrow(
              () ->
                  new UsageException(
                      "the first argument must be '%s', '%s', '%s', '%s' or '%s'"
                          .formatted(
                              TRAIN.text,
                              REFERENCE.text,
                              FETCH.text,
                              PUBLISH.text,
                              PodContract.PREFLIGHT_COMMAND)));
    }
  }

  /** Wrong usage, with a message for the person who typed it. */
  static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message + "; train --help says how it is used");
    }
  }

  static boolean asksForHelp(List<String> arguments) {
    return arguments.contains("--help") || arguments.contains("-h");
  }

  static TrainerArguments parse(List<String> arguments) {
    Command command = Command.of(arguments);
    boolean scores = command == Command.REFERENCE;
    OptionalInt shard = OptionalInt.empty();
    Path plan = null;
    Path workspace = null;
    Map<String, Path> volumes = new HashMap<>();
    Path cache = null;
    int statusPort = PodContract.STATUS_PORT;
    int microBatchDivisor = 1;
    CheckpointPlace checkpoints = null;
    Duration grace = DEFAULT_GRACE;
    Path statusTokenFile = null;
    for (String argument : arguments.subList(1, arguments.size())) {
      if (argument.startsWith(PodContract.PLAN_ARGUMENT)) {
        plan = Path.of(value(argument, PodContract.PLAN_ARGUMENT));
      } else if (argument.startsWith(PodContract.WORKSPACE_ARGUMENT)) {
        workspace = Path.of(value(argument, PodContract.WORKSPACE_ARGUMENT));
      } else if (argument.startsWith(PodContract.VOLUME_ARGUMENT)) {
        addVolume(value(argument, PodContract.VOLUME_ARGUMENT), volumes);
      } else if (argument.startsWith(PodContract.CACHE_ARGUMENT)) {
        cache = Path.of(value(argument, PodContract.CACHE_ARGUMENT)).toAbsolutePath().normalize();
      } else if (scores && argument.startsWith(PodContract.SHARD_ARGUMENT)) {
        shard = OptionalInt.of(shard(value(argument, PodContract.SHARD_ARGUMENT)));
      } else if (command == Command.TRAIN
          && argument.startsWith(PodContract.MICRO_BATCH_DIVISOR_ARGUMENT)) {
        microBatchDivisor = divisor(value(argument, PodContract.MICRO_BATCH_DIVISOR_ARGUMENT));
      } else if (command == Command.TRAIN
          && argument.startsWith(PodContract.STATUS_TOKEN_ARGUMENT)) {
        statusTokenFile = Path.of(value(argument, PodContract.STATUS_TOKEN_ARGUMENT));
      } else if (argument.startsWith(PodContract.CHECKPOINTS_ARGUMENT)) {
        checkpoints = checkpoints(value(argument, PodContract.CHECKPOINTS_ARGUMENT));
      } else if (argument.startsWith(PodContract.GRACE_ARGUMENT)) {
        grace = Duration.ofSeconds(EstimateArguments.number(argument, PodContract.GRACE_ARGUMENT));
      } else if (argument.startsWith(STATUS_PORT_ARGUMENT)) {
        statusPort = port(value(argument, STATUS_PORT_ARGUMENT));
      } else {
        throw new UsageException("unknown argument '" + argument + "'");
      }
    }
    if (scores && shard.isEmpty()) {
      throw new UsageException(PodContract.SHARD_ARGUMENT + " is missing");
    }
    return new TrainerArguments(
        command,
        shard,
        required(plan, PodContract.PLAN_ARGUMENT),
        required(workspace, PodContract.WORKSPACE_ARGUMENT).toAbsolutePath().normalize(),
        volumes,
        Optional.ofNullable(cache),
        statusPort,
        microBatchDivisor,
        Optional.ofNullable(statusTokenFile),
        copies(checkpoints, grace));
  }

  private static CheckpointPlace checkpoints(String text) {
    try {
      return CheckpointPlace.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--checkpoints '%s': %s".formatted(text, e.getMessage()));
    }
  }

  private static Optional<CopyOrder> copies(@Nullable CheckpointPlace place, Duration grace) {
    return place == null ? Optional.empty() : Optional.of(new CopyOrder(place, grace));
  }

  private static void addVolume(String text, Map<String, Path> volumes) {
    int separator = text.indexOf('=');
    if (separator < 1 || separator == text.length() - 1) {
      throw new UsageException("--volume needs CLAIM=FOLDER, was '" + text + "'");
    }
    volumes.put(
        text.substring(0, separator),
        Path.of(text.substring(separator + 1)).toAbsolutePath().normalize());
  }

  private static int shard(String text) {
    try {
      int shard = Integer.parseInt(text);
      if (shard >= 0) {
        return shard;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a negative number.
    }
    throw new UsageException("--shard needs a number from 0, was '" + text + "'");
  }

  private static int divisor(String text) {
    try {
      int divisor = Integer.parseInt(text);
      if (divisor >= 1) {
        return divisor;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number out of range.
    }
    throw new UsageException("--micro-batch-divisor needs a number from 1, was '" + text + "'");
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number out of range.
    }
    throw new UsageException("--status-port needs a number from 0 to 65535, was '" + text + "'");
  }

  private static String value(String argument, String name) {
    String value = argument.substring(name.length());
    if (value.isBlank()) {
      throw new UsageException(name + " needs a value");
    }
    return value;
  }

  private static Path required(@Nullable Path value, String name) {
    if (value == null) {
      throw new UsageException(name + " is missing");
    }
    return value;
  }
}
