package io.llmforge.trainer;

import io.llmforge.crds.plan.PodContract;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The command line of a preflight.
 *
 * @param common plan, workspace and volumes, as a trainer has them
 * @param memoryBytes memory of one accelerator, where somebody knows it
 */
record PreflightArguments(TrainerArguments common, OptionalLong memoryBytes) {

  static boolean areMeant(List<String> arguments) {
    return !arguments.isEmpty() && arguments.getFirst().equals(PodContract.PREFLIGHT_COMMAND);
  }

  static PreflightArguments parse(List<String> arguments) {
    List<String> common = new ArrayList<>();
    common.add(PodContract.TRAIN_COMMAND);
    OptionalLong memory = OptionalLong.empty();
    for (String argument : arguments.subList(1, arguments.size())) {
      if (argument.startsWith(PodContract.MEMORY_ARGUMENT)) {
        memory = OptionalLong.of(EstimateArguments.number(argument, PodContract.MEMORY_ARGUMENT));
      } else {
        common.add(argument);
      }
    }
    return new PreflightArguments(TrainerArguments.parse(common), memory);
  }
}
