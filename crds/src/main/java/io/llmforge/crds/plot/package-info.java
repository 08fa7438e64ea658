/**
 * A run's metrics file as pictures, for the command line and for what a trainer publishes: lines of
 * text in, SVG out.
 */
@NullMarked
package io.llmforge.crds.plot;

import org.jspecify.annotations.NullMarked;
