package io.llmforge.trainer.fetch;

import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The credentials that pod and node give a process, or nobody's, which public buckets take. */
final class PodIdentity implements AwsCredentialsProvider {

  private final AwsCredentialsProvider own = DefaultCredentialsProvider.builder().build();
  private final AwsCredentialsProvider nobody = AnonymousCredentialsProvider.create();

  // To find that there are none takes seconds; what there is must be renewed.
  private volatile boolean hasNone;

  @Override
  public AwsCredentials resolveCredentials() {
    if (hasNone) {
      return nobody.resolveCredentials();
    }
    try {
      return own.resolveCredentials();
    } catch (SdkClientException e) {
      hasNone = true;
      return nobody.resolveCredentials();
    }
  }
}
