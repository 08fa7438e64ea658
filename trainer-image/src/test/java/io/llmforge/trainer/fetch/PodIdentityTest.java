package io.llmforge.trainer.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

class PodIdentityTest {

  private static final AwsCredentials OWN = AwsBasicCredentials.create("pod", "secret");

  private final AtomicLong now = new AtomicLong(-5);
  private final AtomicInteger asked = new AtomicInteger();
  private boolean isAway = true;
  private final PodIdentity identity = new PodIdentity(this::own, now::get);

  @Test
  void podWhoseIdentityDidNotAnswerIsAskedForItAgain() {
    assertThat(identity.resolveCredentials().accessKeyId()).isNull();
    now.addAndGet(Duration.ofSeconds(59).toNanos());
    isAway = false;
    assertThat(identity.resolveCredentials().accessKeyId()).isNull();
    assertThat(asked).hasValue(1);
    now.addAndGet(Duration.ofSeconds(2).toNanos());

    assertThat(identity.resolveCredentials()).isEqualTo(OWN);
  }

  @Test
  void podThatHadAnIdentityIsNeverNobody() {
    isAway = false;
    assertThat(identity.resolveCredentials()).isEqualTo(OWN);
    isAway = true;

    assertThatThrownBy(identity::resolveCredentials).isInstanceOf(SdkClientException.class);
    isAway = false;
    assertThat(identity.resolveCredentials()).isEqualTo(OWN);
  }

  private AwsCredentials own() {
    asked.incrementAndGet();
    if (isAway) {
      throw SdkClientException.create("the metadata service does not answer");
    }
    return OWN;
  }
}
