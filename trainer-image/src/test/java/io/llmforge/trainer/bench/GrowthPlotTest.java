package io.llmforge.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class GrowthPlotTest {

  private static final GrowthSeries LAYERS =
      new GrowthSeries(
          "layers",
          List.of(new GrowthSeries.Point(2, 0.1, 0.08), new GrowthSeries.Point(4, 0.2, 0.16)));

  @Test
  void everySeriesIsAPanelAndEveryPointACircle() throws Exception {
    var svg = parse(new GrowthPlot(List.of(LAYERS, LAYERS, LAYERS, LAYERS)).svg());

    assertThat(svg.getElementsByTagName("g").getLength()).isEqualTo(4);
    assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(8);
    assertThat(svg.getDocumentElement().getAttribute("viewBox")).isEqualTo("0 0 900 476");
  }

  @Test
  void growthInProportionLiesOnALineThroughTheCorner() throws Exception {
    var circles = parse(new GrowthPlot(List.of(LAYERS)).svg()).getElementsByTagName("circle");

    var first = (Element) circles.item(0);
    var second = (Element) circles.item(1);
    var corner = new double[] {52, 174};
    assertThat((corner[1] - number(second, "cy")) / (corner[1] - number(first, "cy")))
        .isCloseTo(2, within(0.01));
    assertThat((number(second, "cx") - corner[0]) / (number(first, "cx") - corner[0]))
        .isCloseTo(2, within(0.01));
  }

  @Test
  void rowsCompareWithTheFirstPointAndWithTheProducts() {
    assertThat(LAYERS.rows())
        .isEqualTo("| layers | 2 | 0.100 | 1.00 | 0.80 |\n| layers | 4 | 0.200 | 2.00 | 0.80 |\n");
  }

  @ParameterizedTest
  @CsvSource({"0.19, 0.2", "0.2, 0.2", "0.21, 0.4", "0.7, 0.8", "9, 10", "0.003, 0.004"})
  void axesEndAtRoundNumbers(double value, double end) {
    assertThat(GrowthPlot.niceEnd(value)).isCloseTo(end, within(1e-12));
  }

  @Test
  void onePointIsNoGrowth() {
    var points = List.of(new GrowthSeries.Point(1, 1, 1));

    assertThatThrownBy(() -> new GrowthSeries("layers", points))
        .hasMessageContaining("growth needs two points, got 1");
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }

  private static Document parse(String svg) throws Exception {
    var bytes = new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8));
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(bytes);
  }
}
