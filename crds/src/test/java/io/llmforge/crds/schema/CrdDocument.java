package io.llmforge.crds.schema;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.llmforge.crds.api.v1alpha1.FineTuneJob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The CustomResourceDefinition of FineTuneJob as YAML, and the file it is committed as. */
final class CrdDocument {

  static final Path COMMITTED = Path.of("finetunejobs.llmforge.io-v1.yml");

  static final String REFRESH =
      "mvn -pl crds test -Dtest=CrdDocumentTest -Dllmforge.crd.refresh=true";

  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .build());

  private CrdDocument() {}

  /** Generates the document from the records in {@code sources}. */
  static String generate(Path sources) {
    var taken = new Taken();
    new CRDGenerator()
        .forCRDVersions("v1")
        .customResourceClasses(FineTuneJob.class)
        .withPostProcessor(taken)
        .withOutput(new Nowhere())
        .generate();
    var crd = taken.crd;
    new SchemaFinish(new RecordJavadoc(sources)).finish(crd);
    try {
      return "# Generated from the records in io.llmforge.crds. Refresh it with:\n# %s\n%s"
          .formatted(REFRESH, YAML.writeValueAsString(crd));
    } catch (IOException e) {
      throw new IllegalStateException("cannot write the CustomResourceDefinition", e);
    }
  }

  static void refresh(Path sources) throws IOException {
    Files.writeString(COMMITTED, generate(sources));
  }

  /** The generator writes files; this takes the object before it does. */
  private static final class Taken implements CRDPostProcessor {
    private CustomResourceDefinition crd;

    @Override
    public HasMetadata process(HasMetadata generated, String version) {
      crd = (CustomResourceDefinition) generated;
      return generated;
    }
  }

  private static final class Nowhere implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
    @Override
    public ByteArrayOutputStream outputFor(String name) {
      return new ByteArrayOutputStream();
    }

    @Override
    public void close() {}
  }
}
