/** Whose an object is and what it is called. Every other package of the operator may use it. */
@NullMarked
package io.llmforge.operator.identity;

import org.jspecify.annotations.NullMarked;
