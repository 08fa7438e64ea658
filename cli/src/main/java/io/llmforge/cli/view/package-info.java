/** What a FineTuneJob looks like on a terminal: pure text, made from objects of the API. */
@NullMarked
package io.llmforge.cli.view;

import org.jspecify.annotations.NullMarked;
