package io.llmforge.trainer.template;

/** {@code input | filter(arguments)}. */
interface FilterFunction {
  Value apply(Value input, Arguments arguments);
}
