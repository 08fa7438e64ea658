package io.llmforge.trainer.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.llmforge.trainer.fetch.HubFiles.Blob;
import io.llmforge.trainer.fetch.HubFiles.Commit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Hub that can be written to, on loopback: accounts and their tokens, repositories with branches
 * and commits, Git LFS with signed addresses of another server. It answers as the Hub does, and the
 * Hub's own Python client works with it; {@code main} is for that.
 */
public final class HubServer implements AutoCloseable {

  /** May write below {@code team}. */
  public static final String TOKEN = "hf_writes";

  static final String READER = "hf_reads";

  private static final Pattern MODEL = Pattern.compile("/api/models/([^/]+/[^/]+)(/.*)?");
  private static final Pattern FILE = Pattern.compile("/([^/]+/[^/]+)/resolve/([^/]+)/(.+)");
  private static final Pattern LFS = Pattern.compile("/([^/]+/[^/]+)[.]git/info/lfs/objects/batch");
  private static final String COMPLETION = "/api/complete_multipart";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What became of a request. */
  record Fault(String path, Kind kind) {
    enum Kind {
      UNAVAILABLE,
      /** It is done, and nobody learns of it. */
      LOSES_ANSWER,
      /** Done as {@link #UNAVAILABLE} after it was. */
      FAILS_AFTERWARDS
    }
  }

  /** Requests as they arrived, with their paths. */
  final List<String> seen = Collections.synchronizedList(new ArrayList<>());

  final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  final LargeFileStore store = new LargeFileStore();
  final Set<String> gated = ConcurrentHashMap.newKeySet();

  /** What happens right before the next commits are looked at. */
  final Queue<Runnable> beforeCommits = new ConcurrentLinkedQueue<>();

  /** What the Hub calls itself, when it stands behind a proxy. */
  volatile Optional<String> named = Optional.empty();

  /** Files that are stored as something else than what was sent. */
  final Set<String> damaged = ConcurrentHashMap.newKeySet();

  private final Map<String, HubFiles> repositories = new ConcurrentHashMap<>();
  private final HttpServer server;

  public HubServer() throws IOException {
    this(0);
  }

  private HubServer(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  /** Serves until it is killed, to be tried with other clients. */
  public static void main(String[] arguments) throws IOException {
    var hub = new HubServer(Integer.parseInt(arguments[0]));
    hub.store.partBytes = 5 << 20;
    System.out.println(hub.address());
  }

  public String address() {
    return "http://127.0.0.1:%d".formatted(server.getAddress().getPort());
  }

  public Map<String, String> environment() {
    return Map.of("HF_ENDPOINT", address(), "HF_TOKEN", TOKEN);
  }

  /** Files of a repository's branch, by path. */
  public Map<String, byte[]> files(String repository, String branch) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    repository(repository)
        .at(branch)
        .orElseThrow()
        .files()
        .forEach((path, blob) -> files.put(path, blob.content()));
    return files;
  }

  /** The newest commit of a branch. */
  public String head(String repository, String branch) {
    return repository(repository).at(branch).orElseThrow().id();
  }

  HubFiles repository(String name) {
    return Optional.ofNullable(repositories.get(name)).orElseThrow();
  }

  boolean has(String repository) {
    return repositories.containsKey(repository);
  }

  HubFiles create(String repository) {
    return repositories.computeIfAbsent(repository, name -> new HubFiles(name, false));
  }

  private void handle(HttpExchange exchange) throws IOException {
    var request = new HubRequest(exchange);
    seen.add(request.method() + " " + request.path());
    Fault fault = faults.peek();
    if (fault == null || !request.path().contains(fault.path())) {
      respond(request);
      return;
    }
    faults.remove();
    switch (fault.kind()) {
      case UNAVAILABLE -> request.refuse(503, "", "Service Unavailable");
      case LOSES_ANSWER -> {
        respond(request.unheard());
        exchange.close();
      }
      case FAILS_AFTERWARDS -> {
        respond(request.unheard());
        request.refuse(500, "", "Internal Server Error");
      }
    }
  }

  private void respond(HubRequest request) throws IOException {
    Matcher model = MODEL.matcher(request.path());
    Matcher file = FILE.matcher(request.path());
    Matcher lfs = LFS.matcher(request.path());
    if (request.path().equals(COMPLETION)) {
      complete(request);
    } else if (!request.token().isEmpty() && !Set.of(TOKEN, READER).contains(request.token())) {
      request.refuse(401, "", "Invalid credentials in Authorization header");
    } else if (request.path().equals("/api/whoami-v2")) {
      request.answer(200, Map.of("type", "user", "name", "ann", "orgs", List.of()));
    } else if (request.path().equals("/api/validate-yaml")) {
      request.answer(200, Map.of("errors", List.of(), "warnings", List.of()));
    } else if (request.path().equals("/api/repos/create")) {
      create(request);
    } else if (model.matches()) {
      Optional<HubFiles> repository = visible(request, model.group(1));
      if (repository.isPresent()) {
        model(request, repository.get(), Optional.ofNullable(model.group(2)).orElse(""));
      }
    } else if (file.matches()) {
      Optional<HubFiles> repository = visible(request, file.group(1));
      if (repository.isPresent()) {
        String path = request.decoded(file.group(3));
        resolve(request, repository.get(), request.decoded(file.group(2)), path);
      }
    } else if (lfs.matches()) {
      Optional<HubFiles> repository = visible(request, lfs.group(1));
      if (repository.isPresent() && mayWrite(request, repository.get())) {
        batch(request);
      }
    } else {
      request.refuse(404, "", "Not Found");
    }
  }

  private Optional<HubFiles> visible(HubRequest request, String name) throws IOException {
    Optional<HubFiles> repository =
        Optional.ofNullable(repositories.get(name))
            .filter(there -> !there.isPrivate || request.token().equals(TOKEN));
    if (repository.isEmpty()) {
      request.refuse(request.token().isEmpty() ? 401 : 404, "RepoNotFound", "Repository not found");
    } else if (gated.contains(name)) {
      request.refuse(403, "GatedRepo", "Access to model %s is restricted".formatted(name));
      return Optional.empty();
    }
    return repository;
  }

  private static boolean mayWrite(HubRequest request, HubFiles repository) throws IOException {
    if (request.token().equals(TOKEN) && repository.repository.startsWith("team/")) {
      return true;
    }
    request.refuse(
        403, "", "Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request");
    return false;
  }

  private void create(HubRequest request) throws IOException {
    JsonNode words = request.json();
    String name = words.path("organization").asText() + "/" + words.path("name").asText();
    if (!request.token().equals(TOKEN) || !name.startsWith("team/")) {
      request.refuse(
          403, "", "You don't have the rights to create a model under the namespace of " + name);
      return;
    }
    boolean isPrivate =
        words.path("private").asBoolean() || words.path("visibility").asText().equals("private");
    if (repositories.putIfAbsent(name, new HubFiles(name, isPrivate)) != null) {
      String url = address() + "/" + name;
      request.answer(409, Map.of("error", "You already created this model repo", "url", url));
      return;
    }
    request.answer(200, Map.of("url", address() + "/" + name, "name", name, "id", "0"));
  }

  private void model(HubRequest request, HubFiles repository, String rest) throws IOException {
    String[] parts = rest.split("/", -1);
    String action = parts.length < 2 ? "revision" : parts[1];
    String revision = parts.length < 3 ? "main" : request.decoded(parts[2]);
    if (action.equals("branch")) {
      if (mayWrite(request, repository)) {
        branch(request, repository, revision);
      }
      return;
    }
    Optional<Commit> commit = repository.at(revision);
    if (commit.isEmpty()) {
      request.refuse(404, "RevisionNotFound", "Invalid rev id: " + revision);
      return;
    }
    switch (action) {
      case "revision" -> request.answer(200, repository.listing(commit.get()));
      case "tree" -> request.answer(200, repository.tree(commit.get()));
      case "preupload" -> {
        if (mayWrite(request, repository)) {
          preupload(request, commit.get());
        }
      }
      case "commit" -> {
        if (mayWrite(request, repository)) {
          commit(request, repository, revision);
        }
      }
      default -> request.refuse(404, "", "Not Found");
    }
  }

  private static void branch(HubRequest request, HubFiles repository, String branch)
      throws IOException {
    if (branch.startsWith("refs/")) {
      request.refuse(400, "", "Invalid reference for a branch: " + branch);
    } else if (repository.hasBranch(branch)) {
      request.refuse(409, "", "Reference already exists");
    } else {
      repository.branch(branch, "main");
      request.answer(200, Map.of());
    }
  }

  private static void preupload(HubRequest request, Commit head) throws IOException {
    List<Map<String, Object>> files = new ArrayList<>();
    for (JsonNode file : request.json().path("files")) {
      String path = file.path("path").asText();
      byte[] sample = Base64.getDecoder().decode(file.path("sample").asText());
      boolean isLarge = HubFiles.isLarge(path, file.path("size").asLong(), sample);
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("path", path);
      answer.put("uploadMode", isLarge ? "lfs" : "regular");
      answer.put("shouldIgnore", false);
      Blob there = head.files().get(path);
      if (there != null) {
        answer.put("oid", there.isLarge() ? HubFiles.sha256(there.content()) : there.blobId());
      }
      files.add(answer);
    }
    request.answer(200, Map.of("files", files));
  }

  private void batch(HubRequest request) throws IOException {
    List<Map<String, Object>> objects = new ArrayList<>();
    for (JsonNode object : request.json().path("objects")) {
      objects.add(
          store.actions(
              object.path("oid").asText(),
              object.path("size").asLong(),
              named.orElse(address()) + COMPLETION));
    }
    request.answer(200, Map.of("transfer", "basic", "objects", objects));
  }

  private void complete(HubRequest request) throws IOException {
    String upload = request.query().replace("uploadId=", "");
    if (store.complete(upload, request.json())) {
      request.answer(200, Map.of("success", true));
    } else {
      request.refuse(400, "", "One or more of the specified parts could not be found");
    }
  }

  private void commit(HubRequest request, HubFiles repository, String branch) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : request.text().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    JsonNode header = lines.getFirst().path("value");
    Optional.ofNullable(beforeCommits.poll()).ifPresent(Runnable::run);
    synchronized (repository) {
      Commit head = repository.at(branch).orElseThrow();
      if (header.has("parentCommit") && !header.path("parentCommit").asText().equals(head.id())) {
        request.refuse(412, "", "A commit has happened since. Please refresh and try again.");
        return;
      }
      Map<String, Blob> files = new HashMap<>(head.files());
      for (JsonNode line : lines.subList(1, lines.size())) {
        String problem = apply(line.path("key").asText(), line.path("value"), files);
        if (!problem.isEmpty()) {
          request.refuse(400, "", problem);
          return;
        }
      }
      Commit commit =
          repository.commit(
              branch, header.path("summary").asText(), header.path("description").asText(), files);
      request.answer(
          200,
          Map.of(
              "success",
              true,
              "commitOid",
              commit.id(),
              "commitUrl",
              "%s/%s/commit/%s".formatted(address(), repository.repository, commit.id()),
              "hookOutput",
              ""));
    }
  }

  /** What is wrong with a line of a commit, "" for nothing. */
  private String apply(String key, JsonNode value, Map<String, Blob> files) {
    String path = value.path("path").asText();
    return switch (key) {
      case "file" -> {
        byte[] content = Base64.getDecoder().decode(value.path("content").asText());
        if (HubFiles.isLarge(path, content.length, content) && content.length > 0) {
          yield "Your push was rejected because it contains binary files: " + path;
        }
        byte[] stored =
            damaged.contains(path) ? "damaged".getBytes(StandardCharsets.UTF_8) : content;
        files.put(path, new Blob(stored, false));
        yield "";
      }
      case "lfsFile" -> {
        String oid = value.path("oid").asText();
        if (!store.has(oid) || store.content(oid).length != value.path("size").asLong()) {
          yield "An LFS pointer pointed to a file that does not exist: " + path;
        }
        files.put(path, new Blob(store.content(oid), true));
        yield "";
      }
      case "deletedFile" ->
          files.remove(path) == null ? "A file with this name doesn't exist: " + path : "";
      default -> "Invalid key " + key;
    };
  }

  private void resolve(HubRequest request, HubFiles repository, String revision, String path)
      throws IOException {
    Optional<Commit> commit = repository.at(revision);
    if (commit.isEmpty() || !commit.get().files().containsKey(path)) {
      boolean isKnown = commit.isPresent();
      request.refuse(404, isKnown ? "EntryNotFound" : "RevisionNotFound", "Entry not found");
      return;
    }
    Blob blob = commit.get().files().get(path);
    request.header("X-Repo-Commit", commit.get().id());
    if (!blob.isLarge()) {
      request.header("ETag", "\"%s\"".formatted(blob.blobId()));
      request.bytes(blob.content());
      return;
    }
    String oid = HubFiles.sha256(blob.content());
    request.header("X-Linked-Etag", "\"%s\"".formatted(oid));
    request.header("X-Linked-Size", Integer.toString(blob.content().length));
    request.redirect(store.download(oid));
  }

  @Override
  public void close() {
    server.stop(0);
    store.close();
  }
}
