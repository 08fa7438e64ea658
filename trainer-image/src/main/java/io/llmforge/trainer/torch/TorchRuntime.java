package io.llmforge.trainer.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * libtorch, loaded, and the device it computes on: the first GPU that this libtorch can use,
 * otherwise the CPU. One per process.
 */
public final class TorchRuntime implements AutoCloseable {

  private final PtNDManager manager;
  private final ProgramFiles files;
  private final ProductKernel products;
  private final Optional<CudaDevice> gpu;
  private final AtomicLong liveTensors = new AtomicLong();
  private final TransferBuffer transferBuffer = new TransferBuffer();
  private final TorchProgram transfer;

  private TorchRuntime(
      PtNDManager manager, ProgramFiles files, ProductKernel products, Optional<CudaDevice> gpu) {
    this.manager = manager;
    this.files = files;
    this.products = products;
    this.gpu = gpu;
    this.transfer = load(TorchRuntime.class, "transfer", "Transfer");
  }

  /**
   * Loads libtorch from the class path, or from where the environment says; nothing is downloaded
   * when DJL is told to be offline.
   *
   * @throws DeviceFailureException when libtorch is one for GPUs and finds none that it can use
   */
  public static TorchRuntime start() {
    return start(ProgramFiles::resource);
  }

  static TorchRuntime start(ProgramFiles files) {
    return LibtorchBuild.load().findsGpu()
        ? startOnGpu(files)
        : startOnCpu(files, ProductKernel.of(ProcessorFeatures.ofThisMachine()));
  }

  /** On the CPU, with the kernel that is asked for. */
  public static TorchRuntime startOnCpu(ProductKernel products) {
    return startOnCpu(ProgramFiles::resource, products);
  }

  private static TorchRuntime startOnCpu(ProgramFiles files, ProductKernel products) {
    return new TorchRuntime(managerOf(Device.cpu()), files, products, Optional.empty());
  }

  /**
   * Without TorchScript's optimizer, for the thread that calls: on a GPU it would compile kernels
   * anew for many a new length of a row.
   */
  private static TorchRuntime startOnGpu(ProgramFiles files) {
    JniUtils.setGraphExecutorOptimize(false);
    var gpu = CudaDevice.of(0);
    return new TorchRuntime(managerOf(Device.gpu(0)), files, ProductKernel.PLAIN, Optional.of(gpu));
  }

  private static PtNDManager managerOf(Device device) {
    return (PtNDManager) NDManager.newBaseManager(device, "PyTorch");
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
    return gpu.isEmpty();
  }

  /** Whether the machine shows a GPU to this process that this libtorch cannot use. */
  public boolean leavesGpuIdle() {
    return computesOnCpu() && CudaDevice.count() > 0;
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
          gpu.map(CudaDevice::multipliesBfloat16)
              .orElseGet(() -> ProcessorFeatures.ofThisMachine().multipliesBfloat16());
    };
  }

  /** Memory of a GPU that nothing uses yet; empty on a CPU, which shares the machine's. */
  public OptionalLong freeDeviceBytes() {
    return gpu.map(device -> OptionalLong.of(device.memory().freeBytes()))
        .orElseGet(OptionalLong::empty);
  }

  /** Memory of a GPU in use, by whomever; empty on a CPU, which shares the machine's. */
  public OptionalLong usedDeviceBytes() {
    return gpu.map(CudaDevice::memory)
        .map(memory -> OptionalLong.of(memory.totalBytes() - memory.freeBytes()))
        .orElseGet(OptionalLong::empty);
  }

  /** Such as {@code cpu} or {@code gpu0 (NVIDIA H100 80GB HBM3)}. */
  public String deviceName() {
    return gpu.map(device -> "gpu0 (%s)".formatted(device.model())).orElse("cpu");
  }

  /** Returns when the device has done all that it was told; a CPU always has. */
  public void awaitDevice() {
    if (!computesOnCpu()) {
      try (var scope = openScope()) {
        scope.zeros().toDouble();
      }
    }
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
