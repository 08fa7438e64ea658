/** What files on the command line are, and what is right and wrong about them. */
@NullMarked
package io.llmforge.cli.file;

import org.jspecify.annotations.NullMarked;
