/**
 * The LLMForge config: typed records with the keys users know, one tolerant reader for operator and
 * command line, and findings for everything in a config that is worth saying.
 *
 * <p>Every key is optional for a reader, so every component of these records is {@code @Nullable}.
 */
@NullMarked
package io.llmforge.crds.config;

import org.jspecify.annotations.NullMarked;
