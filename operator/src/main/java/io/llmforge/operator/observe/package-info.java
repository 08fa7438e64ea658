/**
 * Turns the cluster into facts. Everything here reads; nothing writes, decides or remembers what
 * could not be read again.
 */
@NullMarked
package io.llmforge.operator.observe;

import org.jspecify.annotations.NullMarked;
