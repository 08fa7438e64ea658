package io.llmforge.trainer.recipe;

import io.llmforge.crds.plot.EvaluationPlot;
import io.llmforge.crds.plot.RunCurves;
import io.llmforge.crds.plot.RunPlot;
import io.llmforge.trainer.storage.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The curves of a run as pictures beside its model card. */
final class RunPictures {

  private static final String TRAINING = "training.svg";
  private static final String EVALUATION = "evaluation.svg";

  private RunPictures() {}

  /** Draws what was measured and gives the names of the pictures. */
  static List<String> write(String title, Path metrics, Path folder) throws IOException {
    RunCurves curves;
    try {
      curves = RunCurves.read(Files.readAllLines(metrics));
    } catch (RunCurves.UnreadableException noStepsWereMade) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    Durable.writeText(folder.resolve(TRAINING), new RunPlot(title, curves).svg());
    names.add(TRAINING);
    var evaluation = new EvaluationPlot(title + ": evaluations", curves);
    if (!evaluation.isEmpty()) {
      Durable.writeText(folder.resolve(EVALUATION), evaluation.svg());
      names.add(EVALUATION);
    }
    return names;
  }
}
