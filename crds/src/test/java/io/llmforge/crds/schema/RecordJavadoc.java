package io.llmforge.crds.schema;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;

/** What the javadoc of records says about their components. */
public final class RecordJavadoc {

  private final Map<String, String> texts = new HashMap<>();

  public RecordJavadoc(Path sources) {
    try (var files = Files.walk(sources);
        var fileManager =
            ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null)) {
      var java = files.filter(file -> file.toString().endsWith(".java")).toList();
      var task =
          (JavacTask)
              ToolProvider.getSystemJavaCompiler()
                  .getTask(
                      null,
                      fileManager,
                      null,
                      null,
                      null,
                      fileManager.getJavaFileObjectsFromPaths(java));
      var docTrees = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        new Scanner(docTrees).scan(unit, "");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read javadoc below " + sources, e);
    }
  }

  /** What a component is. */
  public String of(Class<?> type, String component) {
    var text = texts.get(key(simpleName(type), component));
    if (text == null) {
      throw new IllegalStateException(
          "%s has no @param %s: every component needs one, kubectl explain prints it"
              .formatted(type.getName(), component));
    }
    return text;
  }

  /** First sentence and more: the main text of the record. */
  public String of(Class<?> type) {
    return texts.getOrDefault(key(simpleName(type), ""), "");
  }

  private static String simpleName(Class<?> type) {
    var declaring = type.getDeclaringClass();
    return (declaring == null ? "" : simpleName(declaring) + ".") + type.getSimpleName();
  }

  private static String key(String type, String component) {
    return type + "#" + component;
  }

  private final class Scanner extends TreePathScanner<Void, String> {
    private final DocTrees docTrees;

    Scanner(DocTrees docTrees) {
      this.docTrees = docTrees;
    }

    @Override
    public Void visitClass(ClassTree type, String outer) {
      var name = outer + type.getSimpleName();
      DocCommentTree comment = docTrees.getDocCommentTree(getCurrentPath());
      if (comment != null) {
        texts.put(key(name, ""), text(comment.getFullBody()));
        for (DocTree tag : comment.getBlockTags()) {
          if (tag instanceof ParamTree param) {
            texts.put(key(name, param.getName().toString()), text(param.getDescription()));
          }
        }
      }
      return super.visitClass(type, name + ".");
    }
  }

  private static String text(List<? extends DocTree> trees) {
    return trees.stream()
        .map(RecordJavadoc::text)
        .collect(Collectors.joining())
        .replaceAll("\\s+", " ")
        .strip();
  }

  private static String text(DocTree tree) {
    return switch (tree) {
      case com.sun.source.doctree.LiteralTree literal -> literal.getBody().getBody();
      case com.sun.source.doctree.TextTree plain -> plain.getBody();
      default -> tree.toString();
    };
  }
}
