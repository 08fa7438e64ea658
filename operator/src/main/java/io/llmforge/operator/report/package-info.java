/**
 * Says what became of it: status first, events and metrics only after the status is stored. A
 * status is composed anew in every pass from the observation and the decision; what time has done
 * to it (transition times, first and last moments of a run) is carried over from the last one.
 */
@NullMarked
package io.llmforge.operator.report;

import org.jspecify.annotations.NullMarked;
