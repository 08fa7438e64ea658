package io.llmforge.cli.estimate;

import io.llmforge.cli.story.FolderCopy;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where on this machine the claims of a plan are.
 *
 * @param given folders that the user named, by claim
 * @param story what an example folder puts into claims: claim, path in it, folder
 * @param localRuns where {@code llmforge run} keeps the volumes of the job's namespace
 */
public record ClaimFolders(
    Map<String, Path> given, Map<String, Map<String, Path>> story, Path localRuns) {

  private static final int NO_INPUT = 66;

  public ClaimFolders {
    given = Map.copyOf(given);
    story = Map.copyOf(story);
  }

  /**
   * A folder for each claim that the plan reads.
   *
   * @param scratch where example data are laid out as in a claim
   */
  Map<String, Path> of(TrainingPlan plan, Path scratch) throws IOException, EstimateException {
    Map<String, Path> folders = new LinkedHashMap<>();
    var missing = new TreeSet<String>();
    for (String claim : claims(plan)) {
      var run = localRuns.resolve(claim);
      var content = story.getOrDefault(claim, Map.of());
      if (given.containsKey(claim)) {
        folders.put(claim, given.get(claim));
      } else if (!content.isEmpty()) {
        var volume = scratch.resolve("claims").resolve(claim);
        FolderCopy.fill(volume, content);
        folders.put(claim, volume);
      } else if (Files.isDirectory(run)) {
        folders.put(claim, run);
      } else {
        missing.add(claim);
      }
    }
    if (!missing.isEmpty()) {
      throw new EstimateException(
          "claim %s is not on this machine; say where a copy of its content is: %s"
              .formatted(
                  String.join(" and ", missing),
                  missing.stream()
                      .map(claim -> "--volume %s=FOLDER".formatted(claim))
                      .collect(Collectors.joining(" "))),
          NO_INPUT);
    }
    return folders;
  }

  private static Collection<String> claims(TrainingPlan plan) {
    return Stream.of(
            plan.model().base(),
            plan.model().baseWeights(),
            plan.model().adapter(),
            plan.data().train(),
            plan.data().validation())
        .filter(Location.Claim.class::isInstance)
        .map(location -> ((Location.Claim) location).name())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
