package io.llmforge.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;

/** The package table of ARCHITECTURE.md, as tests. */
@AnalyzeClasses(packages = "io.llmforge", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String CRDS = "io.llmforge.crds..";
  private static final String API = "io.llmforge.crds.api..";
  private static final String CONFIG = "io.llmforge.crds.config..";
  private static final String PLAN = "io.llmforge.crds.plan..";
  private static final String PLOT = "io.llmforge.crds.plot..";
  private static final String OPERATOR = "io.llmforge.operator..";
  private static final String TRAINER = "io.llmforge.trainer..";
  private static final String LOCAL_CLUSTER = "io.llmforge.localcluster..";
  private static final String CLI = "io.llmforge.cli..";

  private static final String OBSERVE = "io.llmforge.operator.observe..";
  private static final String DECIDE = "io.llmforge.operator.decide..";
  private static final String DESIRED = "io.llmforge.operator.desired..";
  private static final String REPORT = "io.llmforge.operator.report..";

  private static final String RECIPE = "io.llmforge.trainer.recipe..";
  private static final String MODEL = "io.llmforge.trainer.model..";
  private static final String TORCH = "io.llmforge.trainer.torch..";
  private static final String LOSS = "io.llmforge.trainer.loss..";
  private static final String OPTIMIZER = "io.llmforge.trainer.optim..";
  private static final String METRICS = "io.llmforge.trainer.metrics..";
  private static final String DATA = "io.llmforge.trainer.data..";
  private static final String DISTRIBUTED = "io.llmforge.trainer.distributed..";
  private static final String TEMPLATE = "io.llmforge.trainer.template..";
  private static final String CHECKPOINT = "io.llmforge.trainer.checkpoint..";
  private static final String STORAGE = "io.llmforge.trainer.storage..";
  private static final String FETCH = "io.llmforge.trainer.fetch..";
  private static final String TRACKING = "io.llmforge.trainer.tracking..";
  private static final String TRAINER_REPORT = "io.llmforge.trainer.report..";

  private static final String DJL = "ai.djl..";
  private static final String FABRIC8 = "io.fabric8..";
  private static final String QUARKUS = "io.quarkus..";

  // Modules.

  @ArchTest
  static final ArchRule CRDS_DEPENDS_ON_NO_OTHER_MODULE =
      never(CRDS, OPERATOR, TRAINER, LOCAL_CLUSTER, CLI);

  @ArchTest
  static final ArchRule OPERATOR_DEPENDS_ON_CRDS_ONLY =
      never(OPERATOR, TRAINER, LOCAL_CLUSTER, CLI);

  @ArchTest
  static final ArchRule TRAINER_KNOWS_NO_KUBERNETES =
      never(TRAINER, OPERATOR, LOCAL_CLUSTER, CLI, API, FABRIC8, QUARKUS);

  @ArchTest
  static final ArchRule LOCAL_CLUSTER_DEPENDS_ON_NOTHING_OF_OURS =
      never(LOCAL_CLUSTER, CRDS, OPERATOR, TRAINER, CLI);

  @ArchTest static final ArchRule COMMAND_LINE_RUNS_NO_TRAINING = never(CLI, TRAINER, DJL);

  // crds.

  @ArchTest static final ArchRule API_DOES_NOT_KNOW_THE_PLAN = never(API, PLAN);

  @ArchTest
  static final ArchRule CONFIG_IS_PLAIN = never(CONFIG, "io.fabric8.kubernetes.client..", DJL);

  @ArchTest static final ArchRule PLAN_IS_PLAIN = never(PLAN, FABRIC8, DJL, QUARKUS);

  @ArchTest
  static final ArchRule PLOTS_ARE_TEXT = never(PLOT, API, CONFIG, FABRIC8, DJL, "java.nio.file..");

  // operator: observe -> decide -> desired -> report.

  @ArchTest static final ArchRule OBSERVING_NEVER_ACTS = never(OBSERVE, DECIDE, DESIRED, REPORT);

  @ArchTest
  static final ArchRule DECIDING_IS_PURE =
      never(
          DECIDE,
          "io.fabric8.kubernetes.client..",
          "io.javaoperatorsdk..",
          "jakarta.enterprise..",
          "jakarta.inject..",
          "org.jboss.logging..",
          "org.slf4j..",
          "java.util.logging..",
          QUARKUS);

  @ArchTest
  static final ArchRule DECIDING_HAS_NO_CLOCK =
      noClasses()
          .that()
          .resideInAPackage(DECIDE)
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class);

  @ArchTest
  static final ArchRule DESIRED_IS_PURE =
      never(DESIRED, "io.fabric8.kubernetes.client..", OBSERVE, REPORT);

  @ArchTest static final ArchRule REPORT_DOES_NOT_DESIRE = never(REPORT, DESIRED);

  // trainer.

  @ArchTest
  static final ArchRule ONLY_THE_MAIN_CLASS_RUNS_RECIPES =
      noClasses()
          .that()
          .resideInAPackage(TRAINER)
          .and()
          .resideOutsideOfPackages(RECIPE, "io.llmforge.trainer")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(RECIPE);

  @ArchTest static final ArchRule MODEL_TAKES_PLAIN_VALUES = never(MODEL, DATA, RECIPE, PLAN);

  @ArchTest
  static final ArchRule TORCH_IS_AN_EDGE =
      noClasses()
          .that()
          .resideInAPackage(TORCH)
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are other classes of ours",
                  type ->
                      type.getPackageName().startsWith("io.llmforge")
                          && !type.getPackageName().startsWith("io.llmforge.trainer.torch")));

  @ArchTest
  static final ArchRule TEMPLATES_KNOW_NOTHING_BUT_THEIR_VARIABLES =
      noClasses()
          .that()
          .resideInAPackage(TEMPLATE)
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are other classes of ours, files or reflection",
                  type ->
                      type.getPackageName().startsWith("java.nio.file")
                          || type.getPackageName().startsWith("java.lang.reflect")
                          || (type.getPackageName().startsWith("io.llmforge")
                              && !type.getPackageName()
                                  .startsWith("io.llmforge.trainer.template"))));

  @ArchTest
  static final ArchRule RANKS_EXCHANGE_BYTES =
      noClasses()
          .that()
          .resideInAPackage(DISTRIBUTED)
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are other classes of ours or the engine",
                  type ->
                      type.getPackageName().startsWith("ai.djl")
                          || (type.getPackageName().startsWith("io.llmforge")
                              && !type.getPackageName()
                                  .startsWith("io.llmforge.trainer.distributed"))));

  @ArchTest
  static final ArchRule LOSS_IS_A_FORMULA = never(LOSS, "java.nio.file..", PLAN, RECIPE, DATA);

  @ArchTest
  static final ArchRule OPTIMIZER_IS_A_FORMULA =
      never(OPTIMIZER, "java.nio.file..", PLAN, RECIPE, DATA);

  @ArchTest
  static final ArchRule METRICS_ARE_FORMULAS =
      never(METRICS, "java.nio.file..", PLAN, RECIPE, DATA, MODEL, LOSS, TORCH, TRAINER_REPORT);

  @ArchTest static final ArchRule DATA_DOES_NOT_KNOW_THE_MODEL = never(DATA, MODEL, RECIPE);
  @ArchTest static final ArchRule CHECKPOINT_DOES_NOT_KNOW_THE_RECIPE = never(CHECKPOINT, RECIPE);

  @ArchTest
  static final ArchRule STORAGE_STANDS_ALONE =
      never(STORAGE, RECIPE, MODEL, DATA, CHECKPOINT, TORCH);

  @ArchTest
  static final ArchRule FETCHING_KNOWS_NO_TRAINING =
      never(FETCH, RECIPE, MODEL, DATA, CHECKPOINT, TORCH, DJL);

  @ArchTest
  static final ArchRule TRACKING_KNOWS_NO_TRAINING =
      never(TRACKING, RECIPE, MODEL, DATA, CHECKPOINT, TORCH, DJL);

  @ArchTest static final ArchRule REPORTS_NEED_NO_ENGINE = never(TRAINER_REPORT, DJL, MODEL, TORCH);

  // Everywhere.

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.llmforge.(*).(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_DRAWERS =
      noClasses()
          .should()
          .resideInAnyPackage(
              "..util..", "..utils..", "..helper..", "..common..", "..misc..", "..manager..")
          .orShould()
          .haveNameMatching(
              ".*\\.[A-Za-z]*(Util|Utils|Helper|Helpers|Manager|Impl|Abstract[A-Z]\\w*)");

  @ArchTest
  static final ArchRule TIME_IS_AN_ARGUMENT =
      noClasses()
          .should()
          .callMethod(Instant.class, "now")
          .because("a Clock is passed in from the entry point");

  @ArchTest
  static final ArchRule NO_STATIC_MUTABLE_STATE =
      fields()
          .that()
          .areStatic()
          .and()
          .doNotHaveModifier(com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC)
          .should()
          .beFinal();

  @ArchTest
  static void everyPackageIsNullMarked(JavaClasses all) {
    Set<String> unmarked = new TreeSet<>();
    for (JavaClass type : all) {
      if (!type.getPackage().isAnnotatedWith(NullMarked.class) && !isGenerated(type)) {
        unmarked.add(type.getPackageName());
      }
    }

    assertThat(unmarked).isEmpty();
  }

  private static boolean isGenerated(JavaClass type) {
    return type.getSimpleName().contains("_") || type.getName().contains("$$");
  }

  private static ArchRule never(String from, String... to) {
    return noClasses()
        .that()
        .resideInAPackage(from)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(to);
  }
}
