package io.llmforge.operator.decide;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.llmforge.crds.plan.PlanJson;
import io.llmforge.crds.plan.TrainingPlan;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digest of a plan. Records are written in the order of their components, so it is canonical. */
final class PlanHash {

  private PlanHash() {}

  static String of(TrainingPlan plan) {
    try {
      byte[] json = PlanJson.write(plan).getBytes(UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(json);
      return "sha256:" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
