package io.llmforge.crds.plan;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The names on which operator and trainer pod agree.
 *
 * <p>Command line: {@code train --plan=FILE --workspace=FOLDER [--volume=CLAIM=FOLDER]...
 * [--micro-batch-divisor=NUMBER] [--status-token-file=FILE] [--checkpoints=PLACE
 * --termination-grace-seconds=NUMBER]}; the mount path of every claim that a plan's {@link
 * Location.Claim} names is given by one {@code --volume}. A reference worker is {@code reference
 * --plan=FILE --workspace=FOLDER --shard=NUMBER [--volume=CLAIM=FOLDER]...}. Before either, a pod
 * without an accelerator looks at everything: {@code preflight --plan=FILE --workspace=FOLDER
 * [--memory-bytes=NUMBER] [--checkpoints=PLACE] [--volume=CLAIM=FOLDER]...}. When the plan names a
 * {@link Location.Remote}, that pod first runs {@code fetch --plan=FILE --workspace=FOLDER
 * [--cache=FOLDER]} in a container of its own, the only one with credentials of sources. When the
 * result goes outside the cluster, a pod after the trainer brings it there: {@code publish
 * --plan=FILE --workspace=FOLDER [--checkpoints=PLACE] [--volume=CLAIM=FOLDER]...}.
 */
public final class PodContract {

  public static final String TRAINER_CONTAINER = "trainer";
  public static final String TRAIN_COMMAND = "train";

  /** Scores one shard of the preference rows with the starting model. */
  public static final String REFERENCE_COMMAND = "reference";

  /**
   * Checks everything that can be checked without an accelerator, and prepares the rows; ends with
   * 0 when a trainer would find nothing wrong, else as a trainer would.
   */
  public static final String PREFLIGHT_COMMAND = "preflight";

  /** Brings the finished result from the workspace to its place outside the cluster. */
  public static final String PUBLISH_COMMAND = "publish";

  /**
   * Says what a plan comes to, without training: {@code estimate --plan=FILE --workspace=FOLDER
   * [--volume=CLAIM=FOLDER]... [--memory-bytes=NUMBER] [--measured-steps=NUMBER]} leaves a {@link
   * TrainingEstimate} in the workspace. No pod does this; {@code llmforge estimate} does.
   */
  public static final String ESTIMATE_COMMAND = "estimate";

  /** Memory of one accelerator to plan with: instead of this machine's, or when it is known. */
  public static final String MEMORY_ARGUMENT = "--memory-bytes=";

  /** Steps to make and throw away, to measure how long they take. */
  public static final String MEASURED_STEPS_ARGUMENT = "--measured-steps=";

  /** File of the estimate in the workspace. */
  public static final String ESTIMATE_FILE = "estimate.json";

  /** The init container that fetches a plan's remote locations, and its command. */
  public static final String FETCH_CONTAINER = "fetch";

  public static final String FETCH_COMMAND = "fetch";

  /**
   * Environment of a trainer's process, wherever it runs. Threads of libtorch that wait for each
   * other do not take cores from others, which on a shared node slows a step down up to a
   * hundredfold. And glibc keeps the memory of large tensors, which it would otherwise give back to
   * the kernel and ask for, cleared, a moment later.
   */
  public static final SortedMap<String, String> NATIVE_ENVIRONMENT =
      Collections.unmodifiableSortedMap(
          new TreeMap<>(
              Map.of(
                  "OMP_WAIT_POLICY",
                  "PASSIVE",
                  "GLIBC_TUNABLES",
                  "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296")));

  public static final String PLAN_ARGUMENT = "--plan=";
  public static final String WORKSPACE_ARGUMENT = "--workspace=";
  public static final String VOLUME_ARGUMENT = "--volume=";

  /** Folder that runs share: what was fetched and scores of a reference are looked for there. */
  public static final String CACHE_ARGUMENT = "--cache=";

  /** What was fetched, below the folder that runs share. */
  public static final String CACHED_SOURCES = "sources";

  /**
   * Where a trainer copies its checkpoints to, as {@link CheckpointPlace} reads it; a preflight
   * tries whether it could, and who publishes deletes what is there.
   */
  public static final String CHECKPOINTS_ARGUMENT = "--checkpoints=";

  /** How long the pod may take to end once it is told to; bounds the wait for the last copy. */
  public static final String GRACE_ARGUMENT = "--termination-grace-seconds=";

  /**
   * Environment: what the names of variables of credentials for checkpoints begin with, so that
   * they are never taken for those of another place.
   */
  public static final String CHECKPOINTS_PREFIX = "CHECKPOINTS_";

  /** Which shard a reference worker scores, from 0. */
  public static final String SHARD_ARGUMENT = "--shard=";

  /**
   * By how much micro-batches are smaller than the plan has them, from 1; a trainer's. Steps are
   * made of the same rows.
   */
  public static final String MICRO_BATCH_DIVISOR_ARGUMENT = "--micro-batch-divisor=";

  /**
   * A trainer's file with the token that questions to its status server must carry, as {@code
   * Authorization: Bearer}; without the argument anybody is answered. Probes carry none.
   */
  public static final String STATUS_TOKEN_ARGUMENT = "--status-token-file=";

  /** Folder of the run's status Secret, and the token's file in it. */
  public static final String STATUS_TOKEN_FOLDER = "/etc/llmforge-status";

  public static final String STATUS_TOKEN_FILE = "token";

  /** Folder of the plan ConfigMap and the file in it. */
  public static final String PLAN_FOLDER = "/etc/llmforge";

  public static final String PLAN_FILE = "plan.json";
  public static final String WORKSPACE_FOLDER = "/workspace";

  /** Claims are mounted at {@code VOLUMES_FOLDER/CLAIM}. */
  public static final String VOLUMES_FOLDER = "/mnt/volumes";

  public static final String TERMINATION_MESSAGE_FILE = "/dev/termination-log";

  /** Longest termination message Kubernetes keeps, in bytes. */
  public static final int TERMINATION_MESSAGE_BYTES = 4096;

  /** Port of rank 0's status server, bound to {@link #POD_IP} only. */
  public static final int STATUS_PORT = 8090;

  public static final String STATUS_PATH = "/v1/status";
  public static final String CHECKPOINT_PATH = "/v1/checkpoint";
  public static final String STOP_PATH = "/v1/stop";
  public static final String METRICS_PATH = "/metrics";
  public static final String LIVE_PATH = "/livez";
  public static final String READY_PATH = "/readyz";

  /** Environment: the pod's own address, from the downward API. */
  public static final String POD_IP = "POD_IP";

  /** Environment: path of the termination message file. */
  public static final String TERMINATION_LOG = "LLMFORGE_TERMINATION_LOG";

  /** Environment: attempt number of the run, from 1. */
  public static final String ATTEMPT = "LLMFORGE_ATTEMPT";

  /** Environment: number of this process among those that train together, from 0. */
  public static final String RANK = "RANK";

  /** Environment: how many processes train together; one where it is missing. */
  public static final String WORLD_SIZE = "WORLD_SIZE";

  /** Environment: name or address of the pod of rank 0. */
  public static final String MASTER_ADDRESS = "MASTER_ADDR";

  /** Environment: port on which rank 0 waits for the others. */
  public static final String MASTER_PORT = "MASTER_PORT";

  /** The usual value of {@link #MASTER_PORT}, and the name of that container port. */
  public static final int GROUP_PORT = 29500;

  public static final String GROUP_PORT_NAME = "group";

  /**
   * Environment: what only the processes that train together know. It keeps strangers and pods of
   * earlier attempts out of the group.
   */
  public static final String GROUP_KEY = "LLMFORGE_GROUP_KEY";

  /** Environment: a file like {@code /etc/hosts}, asked before DNS; for clusters without names. */
  public static final String HOSTS_FILE = "HOSTS_FILE";

  private PodContract() {}
}
