/** The edge to a cluster that is there already: FineTuneJobs, events, pods and their logs. */
@NullMarked
package io.llmforge.cli.cluster;

import org.jspecify.annotations.NullMarked;
