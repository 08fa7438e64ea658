/**
 * The edge to DJL and libtorch: programs, tensors, their lifetime, the device.
 *
 * <p>Arithmetic lives in torch programs: readable source files in the resources, one per concern,
 * each method of which is one coarse call. The engine runs them in inference mode: no autograd
 * graph is ever built, gradients are written out by hand in the programs.
 *
 * <p>Nothing here knows any other package of ours, and no other package sees a class of DJL.
 */
@NullMarked
package io.llmforge.trainer.torch;

import org.jspecify.annotations.NullMarked;
