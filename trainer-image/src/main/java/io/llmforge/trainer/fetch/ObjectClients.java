package io.llmforge.trainer.fetch;

import io.llmforge.trainer.fetch.RemoteSettings.Keys;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Clients of object stores. */
final class ObjectClients {

  private static final Duration LONGEST_STALL = Duration.ofSeconds(60);

  private ObjectClients() {}

  /**
   * A client for {@code s3://}: keys of the environment, else what the pod's identity gives, else
   * nobody's, which public buckets take.
   */
  static S3Client s3(RemoteSettings settings) {
    AwsCredentialsProvider credentials =
        settings.s3Keys().map(ObjectClients::fixed).orElseGet(PodIdentity::new);
    S3ClientBuilder builder =
        builder(settings.s3())
            .region(Region.of(settings.s3Region()))
            .credentialsProvider(credentials);
    if (settings.s3().isEmpty()) {
      builder.crossRegionAccessEnabled(true);
    }
    return builder.build();
  }

  /**
   * A client for {@code gs://} by Google's S3-compatible endpoint, which takes HMAC keys; without
   * one it reads what is public.
   */
  static S3Client google(RemoteSettings settings) {
    AwsCredentialsProvider credentials =
        settings
            .googleKeys()
            .map(ObjectClients::fixed)
            .orElseGet(AnonymousCredentialsProvider::create);
    return builder(Optional.of(settings.google()))
        .region(Region.of("auto"))
        .credentialsProvider(credentials)
        .build();
  }

  private static S3ClientBuilder builder(Optional<URI> endpoint) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(LONGEST_STALL));
    // Stores that are not Amazon's may refuse its newer checksum headers.
    builder.requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED);
    endpoint.ifPresent(
        address ->
            builder
                .endpointOverride(address)
                .forcePathStyle(true)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED));
    return builder;
  }

  private static AwsCredentialsProvider fixed(Keys keys) {
    AwsCredentials credentials =
        keys.session()
            .<AwsCredentials>map(
                token -> AwsSessionCredentials.create(keys.id(), keys.secret(), token))
            .orElseGet(() -> AwsBasicCredentials.create(keys.id(), keys.secret()));
    return StaticCredentialsProvider.create(credentials);
  }
}
