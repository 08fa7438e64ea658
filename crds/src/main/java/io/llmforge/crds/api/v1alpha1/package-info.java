/**
 * The user's contract: {@code FineTuneJob} in {@code llmforge.io/v1alpha1}. The javadoc of every
 * component is what {@code kubectl explain} prints.
 */
@NullMarked
package io.llmforge.crds.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
