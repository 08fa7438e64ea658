/**
 * Where things are: locations of a plan to paths of this pod, and folders that appear whole or not
 * at all. No path leaves the volume it was promised to stay in, also not through a symbolic link.
 */
@NullMarked
package io.llmforge.trainer.storage;

import org.jspecify.annotations.NullMarked;
