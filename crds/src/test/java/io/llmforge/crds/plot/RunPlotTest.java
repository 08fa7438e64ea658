package io.llmforge.crds.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class RunPlotTest {

  private static final List<String> RUN =
      List.of(
          "{\"step\": 0, \"eval_loss\": 8.0}",
          "{\"step\": 1, \"loss\": 8.0, \"learning_rate\": 0.001}",
          "{\"step\": 2, \"loss\": 4.0, \"learning_rate\": 0.002}",
          "{\"step\": 3, \"loss\": \"NaN\", \"learning_rate\": 0.001}",
          "{\"step\": 4, \"loss\": 2.0, \"learning_rate\": 0.0}",
          "{\"step\": 4, \"eval_loss\": 2.0}");

  @Test
  void everyEvaluationIsADotAtItsPlace() throws Exception {
    var circles = parsed(RUN).getElementsByTagName("circle");

    assertThat(circles.getLength()).isEqualTo(2);
    var first = (Element) circles.item(0);
    var last = (Element) circles.item(1);
    assertThat(first.getAttribute("cx")).isEqualTo("56.0");
    assertThat(last.getAttribute("cx")).isEqualTo("576.0");
    assertThat(first.getAttribute("cy")).isEqualTo("64.0");
    assertThat(last.getAttribute("cy")).isEqualTo("254.0");
  }

  @Test
  void halvingTheLossGoesDownByTheSameDistance() throws Exception {
    var loss = ((Element) curve("#7aa7d6")).getAttribute("d");

    assertThat(loss).isEqualTo("M186.0 64.0L316.0 159.0L576.0 254.0");
  }

  @Test
  void ticksAreOneTwoAndFive() {
    assertThat(RunPlot.ticks(0.15, 7)).containsExactly(0.2, 0.5, 1.0, 2.0, 5.0);
  }

  @Test
  void whatEvaluationsMeasuredHasAFrameEach() throws Exception {
    var curves =
        RunCurves.read(
            List.of(
                "{\"step\": 2, \"loss\": 4.0, \"learning_rate\": 0.002}",
                "{\"step\": 2, \"eval_loss\": 3.0, \"perplexity\": \"Infinity\", \"eval_accuracy\":"
                    + " 0.25, \"eval_f1\": 0.5}",
                "{\"step\": 4, \"loss\": 2.0, \"learning_rate\": 0.0}",
                "{\"step\": 4, \"eval_loss\": 2.0, \"eval_accuracy\": 0.75, \"eval_f1\": 0.5,"
                    + " \"eval_time_per_epoch\": 1, \"eval_labels\": {\"a\": 1}}"));

    var plot = new EvaluationPlot("run", curves);

    assertThat(curves.evaluations()).containsOnlyKeys("eval_accuracy", "eval_f1");
    assertThat(plot.isEmpty()).isFalse();
    assertThat(plot.svg())
        .contains("M166.0 214.0L276.0 64.0")
        .as("what never changed")
        .contains("M466.0 139.0L576.0 139.0");
  }

  @Test
  void titleIsText() throws Exception {
    var plot = new RunPlot("a < b & c", RunCurves.read(RUN)).svg();

    assertThat(plot).contains("a &lt; b &amp; c");
  }

  @Test
  void linesThatAreNoMetricsAreNamed() {
    assertThatThrownBy(() -> RunCurves.read(List.of("{}", "{")))
        .hasMessageContaining("line 2 is not JSON");
    assertThatThrownBy(() -> RunCurves.read(List.of("{\"step\": 1}")))
        .hasMessageContaining("no step with a loss");
  }

  /** The committed picture is what the committed metrics draw. */
  @Test
  void pictureOfTheReadmeIsDrawnFromItsRun() throws Exception {
    var folder = Path.of("../docs/run");

    var drawn =
        new RunPlot(
                "A tiny language model learns the log book of a harbour (example 01)",
                RunCurves.read(Files.readAllLines(folder.resolve("metrics.jsonl"))))
            .svg();

    assertThat(Files.readString(folder.resolve("run.svg"))).isEqualTo(drawn);
  }

  private static org.w3c.dom.Node curve(String colour) throws Exception {
    var paths = parsed(RUN).getElementsByTagName("path");
    for (int number = 0; number < paths.getLength(); number++) {
      var path = (Element) paths.item(number);
      if (path.getAttribute("stroke").equals(colour) && path.hasAttribute("fill")) {
        return path;
      }
    }
    throw new AssertionError("no curve in " + colour);
  }

  private static Document parsed(List<String> lines) throws Exception {
    var svg = new RunPlot("run", RunCurves.read(lines)).svg();
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
