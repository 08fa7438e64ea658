/** A run's metrics.jsonl as a picture. */
@NullMarked
package io.llmforge.cli.plot;

import org.jspecify.annotations.NullMarked;
