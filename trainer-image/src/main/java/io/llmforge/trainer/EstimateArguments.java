package io.llmforge.trainer;

import io.llmforge.crds.plan.PodContract;
import io.llmforge.trainer.TrainerArguments.UsageException;
import io.llmforge.trainer.recipe.EstimateRecipe;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The command line of an estimate.
 *
 * @param common plan, workspace and volumes, as a trainer has them
 * @param request what is to be estimated
 */
record EstimateArguments(TrainerArguments common, EstimateRecipe.Request request) {

  static boolean areMeant(List<String> arguments) {
    return !arguments.isEmpty() && arguments.getFirst().equals(PodContract.ESTIMATE_COMMAND);
  }

  static EstimateArguments parse(List<String> arguments) {
    List<String> common = new ArrayList<>();
    common.add(PodContract.TRAIN_COMMAND);
    OptionalLong memory = OptionalLong.empty();
    int steps = 0;
    for (String argument : arguments.subList(1, arguments.size())) {
      if (argument.startsWith(PodContract.MEMORY_ARGUMENT)) {
        memory = OptionalLong.of(number(argument, PodContract.MEMORY_ARGUMENT));
      } else if (argument.startsWith(PodContract.MEASURED_STEPS_ARGUMENT)) {
        steps = Math.toIntExact(number(argument, PodContract.MEASURED_STEPS_ARGUMENT));
      } else {
        common.add(argument);
      }
    }
    return new EstimateArguments(
        TrainerArguments.parse(common), new EstimateRecipe.Request(memory, steps));
  }

  static long number(String argument, String name) {
    String text = argument.substring(name.length());
    if (!text.matches("\\d{1,18}")
        || (name.equals(PodContract.MEASURED_STEPS_ARGUMENT) && text.length() > 6)) {
      throw new UsageException("%s needs a whole number, was '%s'".formatted(name, text));
    }
    return Long.parseLong(text);
  }
}
