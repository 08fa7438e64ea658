package io.llmforge.crds.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A value that is understood only so that its refusal can say why; no message proposes it. */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@interface Unoffered {}
