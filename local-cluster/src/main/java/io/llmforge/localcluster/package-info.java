/** The assembly: one object that is a small cluster, and the program that keeps one running. */
@NullMarked
package io.llmforge.localcluster;

import org.jspecify.annotations.NullMarked;
