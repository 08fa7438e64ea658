package io.llmforge.trainer.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** One call of a program's method. Runs once. */
public final class TorchCall {

  private final PtNDManager manager;
  private final PtSymbolBlock module;
  private final String method;
  private final List<Supplier<IValue>> arguments = new ArrayList<>();

  TorchCall(PtNDManager manager, PtSymbolBlock module, String method) {
    this.manager = manager;
    this.module = module;
    this.method = method;
  }

  public TorchCall with(Tensor tensor) {
    return add(() -> IValue.from(tensor.array()));
  }

  public TorchCall with(List<Tensor> tensors) {
    return add(
        () -> IValue.listFrom(tensors.stream().map(Tensor::array).toArray(PtNDArray[]::new)));
  }

  public TorchCall with(Map<String, Tensor> tensors) {
    return add(
        () -> {
          var arrays = new LinkedHashMap<String, PtNDArray>();
          tensors.forEach((name, tensor) -> arrays.put(name, tensor.array()));
          return IValue.stringMapFrom(arrays);
        });
  }

  public TorchCall with(double number) {
    return add(() -> IValue.from(number));
  }

  public TorchCall with(long number) {
    return add(() -> IValue.from(number));
  }

  public TorchCall with(boolean flag) {
    return add(() -> IValue.from(flag));
  }

  /** A list of integers. */
  public TorchCall withList(long... numbers) {
    return add(() -> IValue.listFrom(numbers));
  }

  /** A list of integers. */
  public TorchCall withList(int... numbers) {
    return withList(Arrays.stream(numbers).asLongStream().toArray());
  }

  /**
   * Runs a method that returns a list of tensors; they belong to {@code scope}.
   *
   * @throws DeviceMemoryException when the device has too little memory
   */
  public List<Tensor> run(TensorScope scope) {
    return run(result -> Arrays.stream(result.toTensorArray(manager)).map(scope::adopt).toList());
  }

  /**
   * Runs a method that works in place and returns an empty list.
   *
   * @throws DeviceMemoryException when the device has too little memory
   */
  public void run() {
    run(result -> result);
  }

  private <T> T run(Function<IValue, T> results) {
    var values = new ArrayList<IValue>();
    try {
      arguments.forEach(argument -> values.add(argument.get()));
      var given = values.toArray(IValue[]::new);
      try (var result =
          NativeFailure.classified(() -> IValueUtils.runMethod(module, method, given))) {
        return results.apply(result);
      }
    } finally {
      values.forEach(IValue::close);
    }
  }

  private TorchCall add(Supplier<IValue> argument) {
    arguments.add(argument);
    return this;
  }
}
