package io.llmforge.trainer.torch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Torch source that libtorch has compiled; its methods are called by name. */
public final class TorchProgram {

  private final PtNDManager manager;
  private final PtSymbolBlock module;

  private TorchProgram(PtNDManager manager, PtSymbolBlock module) {
    this.manager = manager;
    this.module = module;
  }

  static TorchProgram load(
      PtNDManager manager, ProgramSource source, ProgramFiles files, ProductKernel products) {
    try {
      var archive = ProgramArchive.of(source, files, products);
      var module = JniUtils.loadModule(manager, new ByteArrayInputStream(archive), true, false);
      return new TorchProgram(manager, module);
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read torch program " + source.name(), failure);
    }
  }

  /** Begins a call; arguments follow in the order in which the method declares them. */
  public TorchCall call(String method) {
    return new TorchCall(manager, module, method);
  }
}
