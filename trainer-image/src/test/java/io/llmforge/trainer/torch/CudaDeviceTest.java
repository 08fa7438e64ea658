package io.llmforge.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CudaDeviceTest {

  private static final int OUT_OF_MEMORY = 2;

  @Test
  void deviceIsDescribedAsItsDriverDoes() {
    var device = CudaDevice.of(new WrittenDriver("NVIDIA H100 80GB HBM3", 9, 0), 0);

    assertThat(device.model()).isEqualTo("NVIDIA H100 80GB HBM3");
    assertThat(device.computeCapability()).isEqualTo(90);
    assertThat(device.memory()).isEqualTo(new CudaDevice.Memory(7_000, 8_000));
  }

  @Test
  void bfloat16ProductsBeginWithAmpere() {
    assertThat(CudaDevice.of(new WrittenDriver("T4", 7, 5), 0).multipliesBfloat16()).isFalse();
    assertThat(CudaDevice.of(new WrittenDriver("A100", 8, 0), 0).multipliesBfloat16()).isTrue();
    assertThat(CudaDevice.of(new WrittenDriver("L4", 8, 9), 0).multipliesBfloat16()).isTrue();
  }

  @Test
  void everyContextThatIsPushedIsPopped() {
    var driver = new WrittenDriver("L4", 8, 9);
    var device = CudaDevice.of(driver, 0);
    device.memory();
    driver.resultOfMemory = OUT_OF_MEMORY;

    assertThatThrownBy(device::memory)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the NVIDIA driver's cuMemGetInfo failed with CUresult 2");
    assertThat(driver.contexts).containsExactly("push", "pop", "push", "pop");
  }

  /** Says what it was told to say, as the driver would. */
  private static final class WrittenDriver implements CudaDriver {

    private final String name;
    private final int major;
    private final int minor;
    private final List<String> contexts = new ArrayList<>();
    private int resultOfMemory;

    WrittenDriver(String name, int major, int minor) {
      this.name = name;
      this.major = major;
      this.minor = minor;
    }

    @Override
    public int cuInit(int flags) {
      return 0;
    }

    @Override
    public int cuDeviceGetCount(int[] count) {
      count[0] = 1;
      return 0;
    }

    @Override
    public int cuDeviceGet(int[] device, int ordinal) {
      device[0] = ordinal;
      return 0;
    }

    @Override
    public int cuDeviceGetName(byte[] text, int length, int device) {
      var bytes = name.getBytes(StandardCharsets.UTF_8);
      System.arraycopy(bytes, 0, text, 0, bytes.length);
      return 0;
    }

    @Override
    public int cuDeviceGetAttribute(int[] value, int attribute, int device) {
      value[0] = attribute == COMPUTE_CAPABILITY_MAJOR ? major : minor;
      return 0;
    }

    @Override
    public int cuDevicePrimaryCtxRetain(PointerByReference context, int device) {
      return 0;
    }

    @Override
    public int cuCtxPushCurrent_v2(Pointer context) {
      contexts.add("push");
      return 0;
    }

    @Override
    public int cuCtxPopCurrent_v2(PointerByReference context) {
      contexts.add("pop");
      return 0;
    }

    @Override
    public int cuMemGetInfo_v2(long[] free, long[] total) {
      free[0] = 7_000;
      total[0] = 8_000;
      return resultOfMemory;
    }
  }
}
