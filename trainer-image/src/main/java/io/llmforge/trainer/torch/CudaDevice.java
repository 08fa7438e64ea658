package io.llmforge.trainer.torch;

import com.sun.jna.Native;
import com.sun.jna.ptr.PointerByReference;

/**
 * An NVIDIA GPU as its driver describes it. libtorch's bindings tell none of this, and DJL asks a
 * runtime library of CUDA that need not be where it looks.
 *
 * @param driver asked again for what changes
 * @param handle the driver's number for the device
 * @param model such as {@code NVIDIA H100 80GB HBM3}
 * @param computeCapability tenfold, as CUDA numbers it: 80 is Ampere, 90 Hopper
 */
record CudaDevice(CudaDriver driver, int handle, String model, int computeCapability) {

  private static final int NAME_BYTES = 256;
  private static final int FIRST_WITH_BFLOAT16 = 80;

  /** Bytes of a device's memory: what nobody uses, and all. */
  record Memory(long freeBytes, long totalBytes) {}

  /**
   * Describes the device that libtorch numbers {@code ordinal}.
   *
   * @throws IllegalStateException when the driver refuses
   */
  static CudaDevice of(int ordinal) {
    return of(CudaDriver.load(), ordinal);
  }

  static CudaDevice of(CudaDriver driver, int ordinal) {
    require("cuInit", driver.cuInit(0));
    var handle = new int[1];
    require("cuDeviceGet", driver.cuDeviceGet(handle, ordinal));
    var name = new byte[NAME_BYTES];
    require("cuDeviceGetName", driver.cuDeviceGetName(name, name.length, handle[0]));
    var major = attribute(driver, CudaDriver.COMPUTE_CAPABILITY_MAJOR, handle[0]);
    var minor = attribute(driver, CudaDriver.COMPUTE_CAPABILITY_MINOR, handle[0]);
    return new CudaDevice(driver, handle[0], Native.toString(name), 10 * major + minor);
  }

  /** How many devices the machine shows to this process; 0 without a driver. */
  static int count() {
    try {
      var driver = CudaDriver.load();
      var count = new int[1];
      return driver.cuInit(0) == 0 && driver.cuDeviceGetCount(count) == 0 ? count[0] : 0;
    } catch (UnsatisfiedLinkError noDriver) {
      return 0;
    }
  }

  /** Whether it has instructions for products of bfloat16 numbers. */
  boolean multipliesBfloat16() {
    return computeCapability >= FIRST_WITH_BFLOAT16;
  }

  /**
   * As it is now. What libtorch's allocator keeps for later counts as used. The context that this
   * needs is the one libtorch computes in, and is kept until the process ends.
   *
   * @throws IllegalStateException when the driver refuses
   */
  Memory memory() {
    var context = new PointerByReference();
    require("cuDevicePrimaryCtxRetain", driver.cuDevicePrimaryCtxRetain(context, handle));
    require("cuCtxPushCurrent", driver.cuCtxPushCurrent_v2(context.getValue()));
    try {
      var free = new long[1];
      var total = new long[1];
      require("cuMemGetInfo", driver.cuMemGetInfo_v2(free, total));
      return new Memory(free[0], total[0]);
    } finally {
      driver.cuCtxPopCurrent_v2(new PointerByReference());
    }
  }

  private static int attribute(CudaDriver driver, int attribute, int handle) {
    var value = new int[1];
    require("cuDeviceGetAttribute", driver.cuDeviceGetAttribute(value, attribute, handle));
    return value[0];
  }

  private static void require(String function, int result) {
    if (result != 0) {
      throw new IllegalStateException(
          "the NVIDIA driver's %s failed with CUresult %d".formatted(function, result));
    }
  }
}
