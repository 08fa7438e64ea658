package io.llmforge.trainer.model;

/**
 * What layers of one decoder differ in.
 *
 * @param window keys that a query sees, itself included; 0 when it sees all before it
 * @param rotary which of the decoder's rotary positions
 * @param feedForward the part behind attention
 */
record LayerDescription(int window, int rotary, FeedForward feedForward) {}
