/**
 * From a container of a pod to an operating-system process.
 *
 * <p>There are no mounts: a volume is a folder, and wherever the pod names a mount path (in a
 * command, an argument, an environment value or the working directory) the process is given the
 * folder's real path instead. Files and scripts are not rewritten, so a program must take its paths
 * from its arguments or environment.
 */
@NullMarked
package io.llmforge.localcluster.node.container;

import org.jspecify.annotations.NullMarked;
