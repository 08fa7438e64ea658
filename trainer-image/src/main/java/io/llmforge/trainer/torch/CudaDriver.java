package io.llmforge.trainer.torch;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/**
 * The functions of the NVIDIA driver that are asked here, as the CUDA Driver API names them. Each
 * returns 0 when it worked. The driver comes with the node, under one name whatever version of CUDA
 * libtorch brings.
 */
interface CudaDriver extends Library {

  /** Numbers of {@code CUdevice_attribute}. */
  int COMPUTE_CAPABILITY_MAJOR = 75;

  int COMPUTE_CAPABILITY_MINOR = 76;

  /**
   * Loads it.
   *
   * @throws UnsatisfiedLinkError when the machine has none
   */
  static CudaDriver load() {
    return Native.load("libcuda.so.1", CudaDriver.class);
  }

  int cuInit(int flags);

  int cuDeviceGetCount(int[] count);

  int cuDeviceGet(int[] device, int ordinal);

  int cuDeviceGetName(byte[] name, int length, int device);

  int cuDeviceGetAttribute(int[] value, int attribute, int device);

  int cuDevicePrimaryCtxRetain(PointerByReference context, int device);

  /** Version 2 of the function, as its header calls it. */
  @SuppressWarnings("MethodName") // the library's
  int cuCtxPushCurrent_v2(Pointer context);

  @SuppressWarnings("MethodName") // the library's
  int cuCtxPopCurrent_v2(PointerByReference context);

  @SuppressWarnings("MethodName") // the library's
  int cuMemGetInfo_v2(long[] free, long[] total);
}
