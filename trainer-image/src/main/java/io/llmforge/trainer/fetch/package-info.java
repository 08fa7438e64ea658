/**
 * Copies what a plan names outside the cluster into the run's workspace: models of the Hugging Face
 * Hub, objects of S3-compatible stores, files of web servers.
 *
 * <p>A source appears whole or not at all: its manifest is written last. What was fetched in part
 * is continued, and belongs to the revision that was resolved first. Several pods of a run may
 * fetch at once; one of them works and the others wait for its lock. Names that a server sends
 * never lead out of the source's folder, a token is sent to the server it is for and to no other,
 * and files that can hold code are not fetched.
 */
@NullMarked
package io.llmforge.trainer.fetch;

import org.jspecify.annotations.NullMarked;
