package io.llmforge.localcluster.node;

import io.llmforge.localcluster.control.Backoff;
import io.llmforge.localcluster.control.EventRecorder;
import io.llmforge.localcluster.node.container.ContainerLogs;
import io.llmforge.localcluster.node.container.ContainerRuntime;
import io.llmforge.localcluster.node.container.ImageCatalogue;
import java.time.Clock;
import java.util.concurrent.ExecutorService;

/**
 * What all pods of a node share.
 *
 * @param retry paces restarts of a container and further looks for an image or a missing object
 */
record NodeServices(
    ContainerRuntime runtime,
    ImageCatalogue images,
    ContainerLogs logs,
    EventRecorder events,
    Backoff retry,
    Clock clock,
    ExecutorService threads) {}
