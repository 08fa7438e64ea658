package io.llmforge.localcluster.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.llmforge.localcluster.node.container.ContainerRuntime;
import io.llmforge.localcluster.node.container.ContainerRuntime.ContainerStartException;
import io.llmforge.localcluster.node.container.Launch;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a container once how it is. */
final class ProbeChecks {
  private static final int FIRST_BAD_HTTP_STATUS = 400;

  private final ContainerRuntime runtime;
  private final Launch launch;
  private final Container container;
  private final String address;

  ProbeChecks(ContainerRuntime runtime, Launch launch, Container container, String address) {
    this.runtime = runtime;
    this.launch = launch;
    this.container = container;
    this.address = address;
  }

  /** Why the container is not well; empty when it is. */
  Optional<String> failure(Probe probe) throws InterruptedException {
    var seconds = Optional.ofNullable(probe.getTimeoutSeconds()).filter(s -> s > 0).orElse(1);
    var timeout = Duration.ofSeconds(seconds);
    try {
      if (probe.getHttpGet() != null) {
        return httpFailure(probe.getHttpGet(), timeout);
      }
      if (probe.getTcpSocket() != null) {
        return tcpFailure(probe.getTcpSocket().getPort(), timeout);
      }
      if (probe.getExec() != null) {
        return execFailure(probe, timeout);
      }
    } catch (IOException e) {
      return Optional.of(e.toString());
    } catch (ContainerStartException e) {
      return Optional.of(e.reason());
    }
    return Optional.of("this kind of probe is not supported; use httpGet, tcpSocket or exec");
  }

  private Optional<String> httpFailure(HTTPGetAction action, Duration timeout) throws IOException {
    if ("HTTPS".equals(action.getScheme())) {
      return Optional.of("scheme HTTPS is not supported");
    }
    var host = Optional.ofNullable(action.getHost()).orElse(address);
    var path = Optional.ofNullable(action.getPath()).orElse("/");
    URI uri;
    try {
      uri = new URI("http://" + host + ":" + port(action.getPort()) + path);
    } catch (URISyntaxException e) {
      return Optional.of("the URL is malformed: " + e);
    }
    var connection = (HttpURLConnection) uri.toURL().openConnection();
    try {
      connection.setConnectTimeout((int) timeout.toMillis());
      connection.setReadTimeout((int) timeout.toMillis());
      action
          .getHttpHeaders()
          .forEach(header -> connection.setRequestProperty(header.getName(), header.getValue()));
      var code = connection.getResponseCode();
      var isWell = code >= HttpURLConnection.HTTP_OK && code < FIRST_BAD_HTTP_STATUS;
      return isWell ? Optional.empty() : Optional.of("HTTP probe failed with statuscode: " + code);
    } finally {
      connection.disconnect();
    }
  }

  private Optional<String> tcpFailure(IntOrString port, Duration timeout) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port(port)), (int) timeout.toMillis());
      return Optional.empty();
    }
  }

  private int port(IntOrString port) throws IOException {
    if (port.getIntVal() != null) {
      return port.getIntVal();
    }
    return container.getPorts().stream()
        .filter(p -> port.getStrVal().equals(p.getName()))
        .map(ContainerPort::getContainerPort)
        .findFirst()
        .orElseThrow(
            () ->
                new IOException(
                    "container %s has no port named \"%s\""
                        .formatted(container.getName(), port.getStrVal())));
  }

  private Optional<String> execFailure(Probe probe, Duration timeout)
      throws IOException, ContainerStartException, InterruptedException {
    var running = runtime.start(launch.probe(probe.getExec().getCommand()));
    try {
      var exitCode = running.exit().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return exitCode == 0
          ? Optional.empty()
          : Optional.of("command " + probe.getExec().getCommand() + " ended with " + exitCode);
    } catch (TimeoutException e) {
      running.kill();
      return Optional.of("command timed out after " + timeout.toSeconds() + "s");
    } catch (ExecutionException e) {
      throw new IllegalStateException("the end of " + running.id() + " was lost", e);
    }
  }
}
