/**
 * What operator and trainer say to each other, and nothing else: {@code plan.json} goes into a pod,
 * a {@link io.llmforge.crds.plan.TrainingReport} comes out (status endpoint and termination
 * message). Plain Jackson records; numbers that are not finite travel as JSON strings.
 *
 * <p>Optional components of these wire records are {@code @Nullable} and left out of the JSON when
 * null; every other component is required and checked on construction.
 */
@NullMarked
package io.llmforge.crds.plan;

import org.jspecify.annotations.NullMarked;
