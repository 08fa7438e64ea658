package io.llmforge.trainer.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmforge.crds.plan.Location;
import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingPlan;
import io.llmforge.trainer.storage.KnownDigests;
import io.llmforge.trainer.storage.Sha256;
import io.llmforge.trainer.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything a result follows from: the plan, whatever the number of its run, and the bytes of rows
 * and models, wherever they lie.
 *
 * @param text {@code sha256:} of all of it
 */
record ContentDigest(String text) {

  /** Changes when equal content gives another result. */
  private static final String FORMAT = "llmforge.content/2";

  /** Of every file that training reads; each is read once in a run, whatever the attempts. */
  static ContentDigest of(TrainingPlan plan, ModelSourceFolders folders, RunSurroundings run) {
    Path workspace = run.volumes().workspace();
    try {
      KnownDigests known = KnownDigests.in(workspace);
      Sha256 digest = new Sha256().add(FORMAT).add(withoutNumber(plan));
      addFile(digest, plan.data().train(), run, known);
      Location validation = plan.data().validation();
      if (validation != null) {
        addFile(digest, validation, run, known);
      }
      addFolder(digest, folders.base(), known);
      addFolder(digest, folders.weights(), known);
      folders.adapter().ifPresent(adapter -> addFolder(digest, adapter, known));
      return new ContentDigest("sha256:" + digest.hex());
    } catch (IOException e) {
      throw StorageException.reading(workspace.toString(), e);
    }
  }

  private static String withoutNumber(TrainingPlan plan) {
    try {
      ObjectNode json = PlanJson.read(PlanJson.write(plan), ObjectNode.class);
      json.withObject("/run").remove("number");
      return json.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a plan that was written can be read", e);
    }
  }

  private static void addFile(
      Sha256 digest, Location location, RunSurroundings run, KnownDigests known) {
    try {
      digest.add("rows").add(known.of(run.volumes().source(location)));
    } catch (IOException e) {
      throw StorageException.reading(location.text(), e);
    }
  }

  private static void addFolder(Sha256 digest, Path folder, KnownDigests known) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> read = files.filter(Files::isRegularFile).sorted().toList();
      digest.add("model");
      for (Path file : read) {
        digest.add(file.getFileName().toString()).add(known.of(file));
      }
    } catch (IOException e) {
      throw StorageException.reading(folder.toString(), e);
    }
  }
}
