package io.llmforge.localcluster.api;

import com.sun.net.httpserver.HttpServer;
import io.llmforge.localcluster.api.builtin.BuiltinRules;
import io.llmforge.localcluster.api.builtin.QuotaGate;
import io.llmforge.localcluster.api.builtin.QuotaUse;
import io.llmforge.localcluster.api.builtin.Upkeep;
import io.llmforge.localcluster.api.discovery.DiscoveryEndpoint;
import io.llmforge.localcluster.api.discovery.DiscoveryEndpoint.ExtraResource;
import io.llmforge.localcluster.api.discovery.OpenApiEndpoint;
import io.llmforge.localcluster.api.endpoint.DeleteEndpoint;
import io.llmforge.localcluster.api.endpoint.PodSubresources;
import io.llmforge.localcluster.api.endpoint.ReadEndpoint;
import io.llmforge.localcluster.api.endpoint.Representation;
import io.llmforge.localcluster.api.endpoint.ResourceEndpoint;
import io.llmforge.localcluster.api.endpoint.ReviewEndpoint;
import io.llmforge.localcluster.api.endpoint.RootEndpoint;
import io.llmforge.localcluster.api.endpoint.WatchEndpoint;
import io.llmforge.localcluster.api.endpoint.WriteEndpoint;
import io.llmforge.localcluster.api.http.Endpoint;
import io.llmforge.localcluster.api.http.HttpEdge;
import io.llmforge.localcluster.api.resource.ResourceCatalog;
import io.llmforge.localcluster.api.store.Journal;
import io.llmforge.localcluster.api.store.ObjectStore;
import io.llmforge.localcluster.api.table.Tables;
import io.llmforge.localcluster.api.write.Admission;
import io.llmforge.localcluster.api.write.Identities;
import io.llmforge.localcluster.api.write.ObjectDeleter;
import io.llmforge.localcluster.api.write.ObjectWriter;
import io.llmforge.localcluster.api.write.Timestamps;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A running API server on 127.0.0.1. */
public final class KubernetesApiServer implements AutoCloseable {
  /** What discovery lists beside the stored kinds. */
  private static final Map<String, List<ExtraResource>> DISCOVERED =
      Stream.concat(
              ReviewEndpoint.RESOURCES.entrySet().stream(),
              Stream.of(
                  Map.entry(
                      "v1",
                      List.of(
                          new ExtraResource("pods/log", "Pod", true, List.of("get")),
                          new ExtraResource("pods/binding", "Binding", true, List.of("create")),
                          new ExtraResource(
                              "pods/eviction", "Eviction", true, List.of("create"))))))
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  // A body is sent after its headers; held back until these are acknowledged, it comes 40 ms late.
  static {
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer http;
  private final ExecutorService threads;
  private final ObjectStore store;

  private KubernetesApiServer(HttpServer http, ExecutorService threads, ObjectStore store) {
    this.http = http;
    this.threads = threads;
    this.store = store;
  }

  /** Starts a server; it answers when this returns. */
  public static KubernetesApiServer start(ApiServerOptions options) throws IOException {
    ObjectStore store = openStore(options);
    HttpServer http =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()), 0);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    http.setExecutor(threads);
    http.createContext("/", new HttpEdge(endpoint(options, store, threads), options.requests()));
    http.start();
    return new KubernetesApiServer(http, threads, store);
  }

  private static ObjectStore openStore(ApiServerOptions options) throws IOException {
    Journal journal =
        options.stateFolder().isPresent()
            ? Journal.in(options.stateFolder().get())
            : Journal.none();
    // Versions count up from the time of the start, so that they grow over restarts too.
    return ObjectStore.open(journal, options.clock().millis());
  }

  private static Endpoint endpoint(
      ApiServerOptions options, ObjectStore store, ExecutorService threads) {
    ResourceCatalog catalog = new ResourceCatalog(store);
    Identities identities = new Identities(new SecureRandom());
    Timestamps timestamps = new Timestamps(options.clock());
    QuotaUse quotaUse = new QuotaUse(store, catalog);
    Admission admission =
        new Admission(store, BuiltinRules.all(timestamps), List.of(new QuotaGate(store, quotaUse)));
    ObjectWriter writer = new ObjectWriter(store, identities, timestamps, admission);
    ObjectDeleter deleter = new ObjectDeleter(store, timestamps);
    new FirstObjects(catalog, store, writer).create();
    threads.execute(new Upkeep(store, catalog, deleter, quotaUse));
    Representation representation = new Representation(new Tables(options.clock()));
    PodSubresources pods = new PodSubresources(store, deleter, timestamps);
    ResourceEndpoint resources =
        new ResourceEndpoint(
            catalog,
            new ReadEndpoint(store, representation),
            new WatchEndpoint(store, representation),
            new WriteEndpoint(writer, identities, representation),
            new DeleteEndpoint(store, deleter, representation),
            Map.of(
                "pods/log", new PodLogEndpoint(store, options.logs(), options.clock()),
                "pods/binding", pods::bind,
                "pods/eviction", pods::evict));
    return new RootEndpoint(
        new DiscoveryEndpoint(catalog, DISCOVERED), new OpenApiEndpoint(catalog), resources);
  }

  /** Such as {@code http://127.0.0.1:40123}. */
  public String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** A kubeconfig with this server as its only cluster. */
  public String kubeconfig() {
    return """
        apiVersion: v1
        kind: Config
        clusters:
        - name: llmforge-local
          cluster:
            server: %s
        contexts:
        - name: llmforge-local
          context:
            cluster: llmforge-local
            namespace: default
            user: llmforge-local
        current-context: llmforge-local
        users:
        - name: llmforge-local
          user: {}
        """
        .formatted(url());
  }

  @Override
  public void close() {
    store.close();
    http.stop(0);
    threads.shutdownNow();
  }
}
