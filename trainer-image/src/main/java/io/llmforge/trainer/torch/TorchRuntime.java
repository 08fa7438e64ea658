package io.llmforge.trainer.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.lang.management.MemoryUsage;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * libtorch, loaded, and the device it computes on: the first accelerator the engine reports,
 * otherwise the CPU. One per process.
 */
public final class TorchRuntime implements AutoCloseable {

  /** Ampere. */
  private static final int FIRST_WITH_BFLOAT16 = 80;

  private final PtNDManager manager;
  private final ProgramFiles files;
  private final ProductKernel products;
  private final AtomicLong liveTensors = new AtomicLong();
  private final TransferBuffer transferBuffer = new TransferBuffer();
  private final TorchProgram transfer;

  private TorchRuntime(PtNDManager manager, ProgramFiles files, ProductKernel products) {
    this.manager = manager;
    this.files = files;
    this.products = products;
    this.transfer = load(TorchRuntime.class, "transfer", "Transfer");
  }

  /** Loads libtorch from the class path; nothing is downloaded when DJL is told to be offline. */
  public static TorchRuntime start() {
    return start(ProgramFiles::resource);
  }

  static TorchRuntime start(ProgramFiles files) {
    var engine = Engine.getEngine("PyTorch");
    var device = engine.getGpuCount() > 0 ? Device.gpu(0) : Device.cpu();
    var products =
        device.isGpu() ? ProductKernel.PLAIN : ProductKernel.of(ProcessorFeatures.ofThisMachine());
    return start(device, files, products);
  }

  /** On the CPU, with the kernel that is asked for. */
  public static TorchRuntime startOnCpu(ProductKernel products) {
    return start(Device.cpu(), ProgramFiles::resource, products);
  }

  private static TorchRuntime start(Device device, ProgramFiles files, ProductKernel products) {
    var manager = (PtNDManager) NDManager.newBaseManager(device, "PyTorch");
    return new TorchRuntime(manager, files, products);
  }

  /** Loads the program {@code className} from the resource {@code name.py} beside {@code owner}. */
  public TorchProgram load(Class<?> owner, String name, String className) {
    return load(ProgramSource.of(owner, name, className));
  }

  public TorchProgram load(ProgramSource source) {
    return TorchProgram.load(manager, source, files, products);
  }

  public TensorScope openScope() {
    return new TensorScope(this);
  }

  /** Tensors made and not yet closed. Equal before and after a training step. */
  public long liveTensors() {
    return liveTensors.get();
  }

  public boolean computesOnCpu() {
    return !manager.getDevice().isGpu();
  }

  /**
   * In which to compute where nobody says: bfloat16 on an accelerator that has it. On a CPU it is
   * float32, whatever the processor: a run means the same on every node, and bits are worth more
   * than what bfloat16 saves there.
   */
  public Precision preferredPrecision() {
    return !computesOnCpu() && multiplies(Precision.BFLOAT16)
        ? Precision.BFLOAT16
        : Precision.FLOAT32;
  }

  /** Whether the device has instructions for products of such numbers. */
  public boolean multiplies(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> true;
      case BFLOAT16 ->
          computesOnCpu()
              ? ProcessorFeatures.ofThisMachine().multipliesBfloat16()
              : computeCapability() >= FIRST_WITH_BFLOAT16;
    };
  }

  /** Tenfold, as CUDA numbers it. */
  private int computeCapability() {
    try {
      return Integer.parseInt(CudaUtils.getComputeCapability(manager.getDevice().getDeviceId()));
    } catch (IllegalStateException | IllegalArgumentException unknown) {
      // DJL asks a runtime library that need not be where it looks; old devices are rare.
      return FIRST_WITH_BFLOAT16;
    }
  }

  /**
   * Memory of an accelerator that nothing uses yet; empty on a CPU, which shares the machine's, and
   * where the driver does not say.
   */
  public OptionalLong freeDeviceBytes() {
    if (computesOnCpu()) {
      return OptionalLong.empty();
    }
    try {
      MemoryUsage usage = CudaUtils.getGpuMemory(manager.getDevice());
      return OptionalLong.of(usage.getMax() - usage.getUsed());
    } catch (RuntimeException unknown) {
      // DJL asks a runtime library that need not be where it looks; without it nothing is known.
      return OptionalLong.empty();
    }
  }

  /** Such as {@code cpu} or {@code gpu0}. */
  public String deviceName() {
    return manager.getDevice().isGpu() ? "gpu" + manager.getDevice().getDeviceId() : "cpu";
  }

  public int threads() {
    return JniUtils.getNumThreads();
  }

  PtNDManager manager() {
    return manager;
  }

  TorchProgram transfer() {
    return transfer;
  }

  TransferBuffer transferBuffer() {
    return transferBuffer;
  }

  AtomicLong liveTensorCount() {
    return liveTensors;
  }

  @Override
  public void close() {
    manager.close();
  }
}
