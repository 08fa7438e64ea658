/**
 * A story: a folder with a manifest, the data it needs and the status it must end in. The same code
 * serves {@code ./llmforge run} and the end-to-end tests.
 */
@NullMarked
package io.llmforge.cli.story;

import org.jspecify.annotations.NullMarked;
