package io.llmforge.localcluster.control;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.EventSourceBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes core/v1 events. The same thing said again about the same object raises the count of its
 * event instead of adding one. An event that cannot be written is dropped: it informs, nobody
 * decides by it.
 */
public final class EventRecorder {
  private static final System.Logger LOG = System.getLogger(EventRecorder.class.getName());
  private static final int REMEMBERED_EVENTS = 4096;

  /** How loud an event is; the names are those of the API. */
  public enum Type {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String apiName;

    Type(String apiName) {
      this.apiName = apiName;
    }
  }

  private record Said(String uid, String reason, String message) {}

  private record Written(String name, int count) {}

  private final KubernetesClient client;
  private final String component;
  private final Clock clock;
  private final Map<Said, Written> written =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Said, Written> eldest) {
          return size() > REMEMBERED_EVENTS;
        }
      };

  /** The component is named as the source, for example {@code kubelet}. */
  public EventRecorder(KubernetesClient client, String component, Clock clock) {
    this.client = client;
    this.component = component;
    this.clock = clock;
  }

  public synchronized void record(HasMetadata about, Type type, String reason, String message) {
    var said = new Said(about.getMetadata().getUid(), reason, message);
    var before = written.get(said);
    try {
      written.put(said, before == null ? create(about, type, said) : raise(about, before));
    } catch (KubernetesClientException e) {
      written.remove(said);
      LOG.log(Level.DEBUG, "event dropped: " + reason + " " + message, e);
    }
  }

  private Written create(HasMetadata about, Type type, Said said) {
    var now = now();
    var meta = about.getMetadata();
    var namespace = meta.getNamespace() == null ? "default" : meta.getNamespace();
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withGenerateName(meta.getName() + ".")
            .withNamespace(namespace)
            .endMetadata()
            .withInvolvedObject(
                new ObjectReferenceBuilder()
                    .withApiVersion(about.getApiVersion())
                    .withKind(about.getKind())
                    .withNamespace(meta.getNamespace())
                    .withName(meta.getName())
                    .withUid(meta.getUid())
                    .build())
            .withType(type.apiName)
            .withReason(said.reason())
            .withMessage(said.message())
            .withSource(new EventSourceBuilder().withComponent(component).build())
            .withReportingComponent(component)
            .withFirstTimestamp(now)
            .withLastTimestamp(now)
            .withCount(1)
            .build();
    var created = client.v1().events().inNamespace(namespace).resource(event).create();
    return new Written(created.getMetadata().getName(), 1);
  }

  private Written raise(HasMetadata about, Written before) {
    var namespace = about.getMetadata().getNamespace();
    var count = before.count() + 1;
    client
        .v1()
        .events()
        .inNamespace(namespace == null ? "default" : namespace)
        .withName(before.name())
        .edit(event -> new EventBuilder(event).withCount(count).withLastTimestamp(now()).build());
    return new Written(before.name(), count);
  }

  private String now() {
    return Instant.now(clock).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
