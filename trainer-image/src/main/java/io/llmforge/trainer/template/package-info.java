/**
 * Jinja chat templates, as tokenizers carry them, rendered as Transformers renders them.
 *
 * <p>Why an interpreter of our own: HubSpot's jinjava 2.8.1, tried first in its most Jinja-like
 * setting, rendered 1187 of 2016 pairs of template and conversation right (the 63 templates that
 * TRL 1.13 ships, 32 conversations), and no template right for every conversation. It has no Python
 * string methods and no call of a method of a mapping, escapes differently, swallows errors that
 * Transformers raises, resolves methods by reflection, and cannot say which part of the text a
 * {@code generation} block wrote. This package renders all of them; TemplateConformanceTest tells
 * how to repeat the comparison.
 *
 * <p>What is understood is what Transformers' environment understands: {@code for} (with filter,
 * {@code else}, {@code recursive}, {@code break}, {@code continue}), {@code if}, {@code set} (also
 * as a block, on namespaces and with unpacking), {@code macro}, {@code call}, {@code filter},
 * {@code with}, {@code raw}, {@code generation}; {@code trim_blocks} and {@code lstrip_blocks} are
 * on. Values behave as Python's: truthiness, slices, comparison, printing. What Jinja knows and
 * this package does not ({@code include}, {@code import}, {@code extends}, {@code block}, {@code
 * autoescape}; filters for HTML; integers beyond 64 bits) is refused by name, never approximated.
 *
 * <p>A template is text from a stranger: it calls no Java method, sees nothing but the variables it
 * is given, changes none of them, and is stopped when it takes too many steps or writes too much.
 */
@NullMarked
package io.llmforge.trainer.template;

import org.jspecify.annotations.NullMarked;
