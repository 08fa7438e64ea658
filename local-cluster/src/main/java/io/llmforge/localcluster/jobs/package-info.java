/**
 * The controllers of Jobs and of claims.
 *
 * <p>What should happen to a Job is decided by {@link JobDecider} from the Job, its pods and the
 * time, without touching anything; {@link JobController} carries it out. Counting follows the real
 * controller: a pod carries the finalizer {@code batch.kubernetes.io/job-tracking} until the Job's
 * status has counted it, so a pod that is deleted early is never lost and never counted twice.
 */
@NullMarked
package io.llmforge.localcluster.jobs;

import org.jspecify.annotations.NullMarked;
