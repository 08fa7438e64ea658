package io.llmforge.cli.scale;

import io.llmforge.localcluster.LocalCluster;
import io.llmforge.localcluster.api.http.RequestLog;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what others than the cluster itself ask of its API server. */
final class RequestTally implements RequestLog {

  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  @Override
  public void received(String method, List<String> path, String userAgent) {
    if (!userAgent.equals(LocalCluster.USER_AGENT)) {
      String request = method + " " + resource(path);
      counts.computeIfAbsent(request, key -> new LongAdder()).increment();
    }
  }

  /** How often each kind of write was asked for, such as {@code POST jobs}. */
  Map<String, Long> writes() {
    Map<String, Long> writes = new TreeMap<>();
    counts.forEach(
        (request, count) -> {
          if (!READING.contains(request.substring(0, request.indexOf(' ')))) {
            writes.put(request, count.sum());
          }
        });
    return writes;
  }

  /** How often something was read, a watch counted once. */
  long reads() {
    long all = counts.values().stream().mapToLong(LongAdder::sum).sum();
    return all - writes().values().stream().mapToLong(Long::longValue).sum();
  }

  /** {@code finetunejobs/status} of {@code apis/GROUP/VERSION/namespaces/NAME/finetunejobs/...}. */
  private static String resource(List<String> path) {
    int start = path.isEmpty() ? 0 : path.getFirst().equals("api") ? 2 : 3;
    if (path.size() <= start) {
      return String.join("/", path);
    }
    boolean namespaced = path.get(start).equals("namespaces") && path.size() > start + 2;
    List<String> rest = path.subList(namespaced ? start + 2 : start, path.size());
    return rest.size() < 3 ? rest.getFirst() : rest.getFirst() + "/" + rest.get(2);
  }
}
