/**
 * Which kinds of object the server knows: the built-in ones and those that stored definitions add.
 */
@NullMarked
package io.llmforge.localcluster.api.resource;

import org.jspecify.annotations.NullMarked;
