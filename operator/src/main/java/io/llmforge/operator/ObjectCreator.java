package io.llmforge.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.llmforge.operator.decide.Reason;
import io.llmforge.operator.identity.ObjectKey;
import io.llmforge.operator.identity.Owner;
import io.llmforge.operator.observe.Observation;
import io.llmforge.operator.observe.Observer;
import io.llmforge.operator.report.Obstacle;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Creates what is desired and does not exist. What the API server refuses becomes an obstacle for
 * the status; when it cannot answer, the pass fails and is made again.
 */
final class ObjectCreator {

  private static final int UNPROCESSABLE = 422;

  private final KubernetesClient client;

  ObjectCreator(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Creates the missing ones in order, up to the first obstacle: later ones need earlier ones.
   *
   * @param create stores a new object
   */
  List<Obstacle> create(
      List<HasMetadata> desired, Observation observation, Consumer<HasMetadata> create) {
    for (HasMetadata object : desired) {
      ObjectKey key = new ObjectKey(object.getKind(), object.getMetadata().getName());
      if (observation.objects().contains(key)) {
        continue;
      }
      Optional<Obstacle> obstacle = create(key, object, observation.request().owner(), create);
      if (obstacle.isPresent()) {
        return List.of(obstacle.get());
      }
    }
    return List.of();
  }

  private Optional<Obstacle> create(
      ObjectKey key, HasMetadata object, Owner owner, Consumer<HasMetadata> create) {
    try {
      if (object instanceof Secret secret) {
        client.resource(secret).create();
      } else {
        create.accept(object);
      }
      return Optional.empty();
    } catch (KubernetesClientException e) {
      return switch (e.getCode()) {
        case HttpURLConnection.HTTP_CONFLICT -> taken(key, object, owner);
        case HttpURLConnection.HTTP_FORBIDDEN -> Optional.of(forbidden(key, e));
        case HttpURLConnection.HTTP_BAD_REQUEST, HttpURLConnection.HTTP_NOT_FOUND, UNPROCESSABLE ->
            Optional.of(new Obstacle(key, Reason.CREATE_FAILED, said(e)));
        default -> throw e;
      };
    }
  }

  // A cache that is behind lets us create twice; an object of somebody else is in the way.
  private Optional<Obstacle> taken(ObjectKey key, HasMetadata object, Owner owner) {
    if (object instanceof Secret) {
      return Optional.empty(); // It may not be read; an earlier attempt made it.
    }
    HasMetadata existing = client.resource(object).get();
    if (existing == null || Observer.isControlledBy(owner.uid(), existing)) {
      return Optional.empty();
    }
    return Optional.of(
        new Obstacle(key, Reason.NAME_TAKEN, "an object of that name belongs to somebody else."));
  }

  private static Obstacle forbidden(ObjectKey key, KubernetesClientException e) {
    String said = said(e);
    Reason reason = said.contains("exceeded quota") ? Reason.QUOTA_EXCEEDED : Reason.FORBIDDEN;
    return new Obstacle(key, reason, said);
  }

  private static String said(KubernetesClientException e) {
    String message =
        e.getStatus() == null || e.getStatus().getMessage() == null
            ? String.valueOf(e.getMessage())
            : e.getStatus().getMessage();
    return message.endsWith(".") ? message : message + ".";
  }
}
