package io.llmforge.localcluster.node.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ImageCatalogueTest {
  @ParameterizedTest
  @CsvSource({
    "trainer,trainer",
    "trainer:1.2,trainer",
    "example.org:5000/team/trainer,example.org:5000/team/trainer",
    "example.org:5000/team/trainer:1.2@sha256:abc,example.org:5000/team/trainer"
  })
  void repositoryIsTheReferenceWithoutTagAndDigest(String reference, String repository) {
    assertThat(ImageCatalogue.repository(reference)).isEqualTo(repository);
  }
}
