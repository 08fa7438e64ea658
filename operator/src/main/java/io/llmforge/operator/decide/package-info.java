/**
 * Turns facts into one decision. Pure functions: no clock, no client, no logging, so that each row
 * of the transition table is a unit test.
 *
 * <p>A run is the answer to one config. While it is under way a changed config waits for its end. A
 * run that succeeded is repeated only for a different plan; one that failed for any change of the
 * spec, as its remedy may be more memory or another image and not the config.
 */
@NullMarked
package io.llmforge.operator.decide;

import org.jspecify.annotations.NullMarked;
