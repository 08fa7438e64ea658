package io.llmforge.localcluster.node;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.llmforge.localcluster.api.PodLogs;
import io.llmforge.localcluster.api.http.ApiRequest;
import io.llmforge.localcluster.api.http.ApiResponse;
import io.llmforge.localcluster.api.http.HttpEdge;
import io.llmforge.localcluster.api.http.RequestLog;
import io.llmforge.localcluster.api.status.StatusException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * What an API server asks a node for when it is asked for a pod's log: {@code GET
 * /containerLogs/NAMESPACE/POD/CONTAINER} over TLS, on loopback, with a certificate that nobody has
 * signed.
 */
public final class NodeLogServer implements AutoCloseable {
  private static final String PASSWORD = "not a secret";

  private final PodLogs logs;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private NodeLogServer(PodLogs logs, HttpsServer server) {
    this.logs = logs;
    this.server = server;
  }

  /**
   * Serves logs on a free port.
   *
   * @param folder where key and certificate are kept
   * @throws IOException when they cannot be made
   */
  public static NodeLogServer start(PodLogs logs, Path folder) throws IOException {
    var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls(folder)));
    var serving = new NodeLogServer(logs, server);
    server.setExecutor(serving.threads);
    server.createContext("/containerLogs", new HttpEdge(serving::answer, RequestLog.NONE));
    server.start();
    return serving;
  }

  /** Tells the API server where this is. */
  public void announce(KubernetesClient client, String node) {
    client
        .nodes()
        .withName(node)
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"status\":{\"daemonEndpoints\":{\"kubeletEndpoint\":{\"Port\":%d}}}}"
                .formatted(server.getAddress().getPort()));
  }

  private ApiResponse answer(ApiRequest request) {
    var path = request.path();
    if (path.size() != 4) {
      throw StatusException.badRequest("not /containerLogs/NAMESPACE/POD/CONTAINER");
    }
    var query =
        new PodLogs.Query(
            path.get(1),
            path.get(2),
            path.get(3),
            request.flag("follow"),
            request.flag("previous"),
            request.flag("timestamps"),
            request.number("tailLines").map(Math::toIntExact),
            request.number("limitBytes"),
            Optional.empty());
    try {
      var log = logs.open(query);
      return new ApiResponse.Stream("text/plain", out -> copy(log, out));
    } catch (IOException unavailable) {
      throw StatusException.badRequest(String.valueOf(unavailable.getMessage()));
    }
  }

  private static void copy(InputStream log, OutputStream out) throws IOException {
    try (log) {
      var buffer = new byte[8192];
      for (var read = log.read(buffer); read >= 0; read = log.read(buffer)) {
        out.write(buffer, 0, read);
        out.flush();
      }
    }
  }

  // The JDK makes certificates with its keytool only.
  private static SSLContext tls(Path folder) throws IOException {
    var file = Files.createDirectories(folder).resolve("node.p12");
    Files.deleteIfExists(file);
    run(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-alias",
        "node",
        "-keyalg",
        "EC",
        "-dname",
        "CN=node",
        "-ext",
        "SAN=IP:127.0.0.1",
        "-storetype",
        "PKCS12",
        "-keystore",
        file.toString(),
        "-storepass",
        PASSWORD);
    try (var stream = Files.newInputStream(file)) {
      var keys = KeyStore.getInstance("PKCS12");
      keys.load(stream, PASSWORD.toCharArray());
      var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD.toCharArray());
      var context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot read " + file, e);
    }
  }

  private static void run(String... command) throws IOException {
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() != 0) {
        throw new IOException(command[0] + " ended with exit code " + process.exitValue());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
