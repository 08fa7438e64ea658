package io.llmforge.trainer.fetch;

import io.llmforge.crds.plan.RemoteAddress;
import java.io.IOException;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Calls of an S3-compatible store. An {@link IOException} means that another try may help.
 *
 * @param address where the store is
 * @param failure what an answer means that is none; returned when another try may help, else thrown
 */
record StoreCalls(RemoteAddress address, Function<S3Exception, IOException> failure) {

  <T> T make(Tries.Work<T> call) throws IOException {
    try {
      return call.run();
    } catch (S3Exception e) {
      throw failure.apply(e);
    } catch (SdkClientException e) {
      throw new IOException(
          "%s://%s cannot be reached (%s)"
              .formatted(address.scheme(), address.authority(), e.getMessage()),
          e);
    }
  }

  /** Variables that say where the store is. */
  String settings() {
    return isGoogle() ? "GS_ENDPOINT_URL" : "AWS_REGION and AWS_ENDPOINT_URL";
  }

  /** Variables that hold the store's keys. */
  String keys() {
    return isGoogle()
        ? "GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY (an HMAC key of Google Cloud Storage)"
        : "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  }

  private boolean isGoogle() {
    return address.scheme().equals("gs");
  }
}
