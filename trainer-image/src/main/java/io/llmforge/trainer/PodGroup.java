package io.llmforge.trainer;

import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.PodContract;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.TrainerArguments.UsageException;
import io.llmforge.trainer.distributed.Doors;
import io.llmforge.trainer.distributed.GroupKey;
import io.llmforge.trainer.distributed.GroupOfOne;
import io.llmforge.trainer.distributed.GroupTimes;
import io.llmforge.trainer.distributed.HostNames;
import io.llmforge.trainer.distributed.Membership;
import io.llmforge.trainer.distributed.Rendezvous;
import io.llmforge.trainer.distributed.TrainingGroup;
import io.llmforge.trainer.recipe.PlanInvalidException;
import io.llmforge.trainer.storage.Sha256;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Which group the pod says this process is in.
 *
 * @param environment of the pod
 * @param address the pod's own
 */
record PodGroup(Map<String, String> environment, String address) {

  /**
   * The group, once all are there: of one where the pod names no other. Nothing when this process
   * was asked to stop before.
   *
   * @throws UsageException when the pod contradicts itself
   * @throws PlanInvalidException when the plan is for fewer devices than the group has ranks
   */
  Optional<TrainingGroup> join(TrainingPlan plan, BooleanSupplier isStopped, Consumer<String> log) {
    int size = environment.containsKey(PodContract.WORLD_SIZE) ? number(PodContract.WORLD_SIZE) : 1;
    if (size == 1) {
      return Optional.of(new GroupOfOne());
    }
    if (size > plan.batch().devices()) {
      throw new PlanInvalidException(
          "%s is %d, but the plan is for %d device(s): the steps of a rank beyond that have no rows"
              .formatted(PodContract.WORLD_SIZE, size, plan.batch().devices()));
    }
    int rank = number(PodContract.RANK);
    if (rank < 0 || rank >= size) {
      throw new UsageException(
          "%s is %d, and ranks of a group of %d are 0 to %d"
              .formatted(PodContract.RANK, rank, size, size - 1));
    }
    var run = plan.run();
    var me =
        new Membership(
            rank,
            size,
            "%s/%s run %d".formatted(run.namespace(), run.name(), run.number()),
            Sha256.of(PlanJson.write(plan)));
    var meeting =
        new Membership.Meeting(
            required(PodContract.MASTER_ADDRESS), number(PodContract.MASTER_PORT));
    var key = new GroupKey(required(PodContract.GROUP_KEY));
    log.accept(
        "[group] rank %d of %d meets the others at %s:%d"
            .formatted(rank, size, meeting.host(), meeting.port()));
    var doors = new Doors(own(), names(), isStopped, log);
    return new Rendezvous(me, key, meeting, doors, GroupTimes.DEFAULT).meet();
  }

  private InetAddress own() {
    try {
      return InetAddress.getByName(address);
    } catch (UnknownHostException e) {
      throw new UsageException(
          "%s is '%s', which is no address".formatted(PodContract.POD_IP, address));
    }
  }

  private HostNames names() {
    String file = environment.get(PodContract.HOSTS_FILE);
    return file == null
        ? HostNames.ofSystem()
        : HostNames.ofFile(Path.of(file), HostNames.ofSystem());
  }

  private int number(String name) {
    try {
      return Integer.parseInt(required(name));
    } catch (NumberFormatException e) {
      throw new UsageException("%s is '%s', not a number".formatted(name, environment.get(name)));
    }
  }

  private String required(String name) {
    String value = environment.get(name);
    if (value == null || value.isEmpty()) {
      throw new UsageException(
          "%s is set, so this process is one of a group, and %s is missing"
              .formatted(PodContract.WORLD_SIZE, name));
    }
    return value;
  }
}
