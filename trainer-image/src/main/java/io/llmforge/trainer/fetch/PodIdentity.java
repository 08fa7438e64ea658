package io.llmforge.trainer.fetch;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The credentials that pod and node give a process, or nobody's, which public buckets take. */
final class PodIdentity implements AwsCredentialsProvider {

  /** To find that there are none takes seconds, and may be the network's fault. */
  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  private final AwsCredentialsProvider own;
  private final LongSupplier nanos;
  private final AwsCredentialsProvider nobody = AnonymousCredentialsProvider.create();

  // Guarded by this.
  private boolean hasWorked;
  private OptionalLong noneSince = OptionalLong.empty();

  PodIdentity() {
    this(DefaultCredentialsProvider.builder().build(), System::nanoTime);
  }

  /**
   * As it is in a pod where somebody else gives the credentials.
   *
   * @param own gives them, or throws
   * @param nanos the time since any moment, in nanoseconds
   */
  PodIdentity(AwsCredentialsProvider own, LongSupplier nanos) {
    this.own = own;
    this.nanos = nanos;
  }

  /** A pod that once had credentials is nobody never more: renewing them is tried again. */
  @Override
  public synchronized AwsCredentials resolveCredentials() {
    if (noneSince.isPresent() && nanos.getAsLong() - noneSince.getAsLong() < REMEMBERED.toNanos()) {
      return nobody.resolveCredentials();
    }
    try {
      AwsCredentials credentials = own.resolveCredentials();
      hasWorked = true;
      return credentials;
    } catch (SdkClientException e) {
      if (hasWorked) {
        throw e;
      }
      noneSince = OptionalLong.of(nanos.getAsLong());
      return nobody.resolveCredentials();
    }
  }
}
