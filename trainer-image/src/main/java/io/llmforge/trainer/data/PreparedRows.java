package io.llmforge.trainer.data;

/**
 * Rows of a run, on disk.
 *
 * @param summary what is known about them
 * @param train rows trained on, cut
 * @param validation rows evaluated on, cut; empty without such a file
 */
public record PreparedRows(RowSummary summary, RowSet train, RowSet validation) {}
