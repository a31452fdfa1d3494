package io.millrace.job.bench;

import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.s3.AmazonS3;
import com.amazonaws.services.s3.AmazonS3ClientBuilder;
import com.amazonaws.services.s3.model.CompleteMultipartUploadRequest;
import com.amazonaws.services.s3.model.InitiateMultipartUploadRequest;
import com.amazonaws.services.s3.model.ObjectMetadata;
import com.amazonaws.services.s3.model.PartETag;
import com.amazonaws.services.s3.model.UploadPartRequest;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.listening.SongPlayed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows as lines of JSON into objects of S3 by Amazon's own client, the one that Flink's file
 * system has, without any regard to what may fail. An object is finished with each checkpoint; it
 * is sent in parts, of which some are on their way while the next one fills.
 */
final class S3Loop extends AbstractStreamOperator<Long>
    implements OneInputStreamOperator<SongPlayed, Long>, BoundedOneInput {
  private static final long serialVersionUID = 1L;
  private static final int PART_BYTES = 8 << 20;
  private static final int UNDER_WAY = 2;
  private static final String REGION = "us-east-1";

  private final Endpoint endpoint;

  private transient AmazonS3 client;
  private transient ExecutorService uploads;
  private transient JsonCodec<SongPlayed> codec;
  private transient ByteArrayOutputStream part;
  private transient Deque<Future<PartETag>> underWay;
  private transient List<PartETag> sent;
  private transient @Nullable String upload;
  private transient int parts;
  private transient int objects;
  private transient long rows;

  /**
   * Where it writes.
   *
   * @param address such as {@code http://127.0.0.1:9000}
   * @param bucket a bucket that there is
   * @param accessKey whom it lets in
   * @param secretKey what requests are signed with
   */
  record Endpoint(String address, String bucket, String accessKey, String secretKey)
      implements Serializable {
    /** Shows no secret. */
    @Override
    public String toString() {
      return address + "/" + bucket;
    }
  }

  S3Loop(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public void open() throws Exception {
    super.open();
    client =
        AmazonS3ClientBuilder.standard()
            .withEndpointConfiguration(new EndpointConfiguration(endpoint.address(), REGION))
            .withPathStyleAccessEnabled(true)
            .withCredentials(
                new AWSStaticCredentialsProvider(
                    new BasicAWSCredentials(endpoint.accessKey(), endpoint.secretKey())))
            .build();
    uploads = Executors.newFixedThreadPool(UNDER_WAY);
    codec = Topics.LISTENING_PLAYS.codec();
    part = new ByteArrayOutputStream(PART_BYTES + 1024);
    underWay = new ArrayDeque<>();
    sent = new ArrayList<>();
  }

  @Override
  public void processElement(StreamRecord<SongPlayed> row) throws Exception {
    part.writeBytes(codec.encode(row.getValue()));
    part.write('\n');
    rows++;
    if (part.size() >= PART_BYTES) {
      send();
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    finishObject();
  }

  @Override
  public void endInput() throws Exception {
    finishObject();
    output.collect(new StreamRecord<>(rows));
  }

  @Override
  public void close() throws Exception {
    if (uploads != null) {
      uploads.shutdownNow();
    }
    if (client != null) {
      client.shutdown();
    }
    super.close();
  }

  private String key() {
    return "loop/plays-" + objects + ".jsonl";
  }

  private void send() throws ExecutionException, InterruptedException {
    String id = upload;
    if (id == null) {
      id =
          client
              .initiateMultipartUpload(new InitiateMultipartUploadRequest(endpoint.bucket(), key()))
              .getUploadId();
      upload = id;
    }
    while (underWay.size() >= UNDER_WAY) {
      sent.add(underWay.remove().get());
    }
    byte[] bytes = part.toByteArray();
    part.reset();
    parts++;
    UploadPartRequest request =
        new UploadPartRequest()
            .withBucketName(endpoint.bucket())
            .withKey(key())
            .withUploadId(id)
            .withPartNumber(parts)
            .withInputStream(new ByteArrayInputStream(bytes))
            .withPartSize(bytes.length);
    underWay.add(uploads.submit(() -> client.uploadPart(request).getPartETag()));
  }

  /** Returns when every row is in a finished object. */
  private void finishObject() throws ExecutionException, InterruptedException {
    if (upload == null) {
      if (part.size() > 0) {
        ObjectMetadata metadata = new ObjectMetadata();
        metadata.setContentLength(part.size());
        var unused =
            client.putObject(
                endpoint.bucket(), key(), new ByteArrayInputStream(part.toByteArray()), metadata);
        part.reset();
        objects++;
      }
      return;
    }
    if (part.size() > 0) {
      send();
    }
    for (Future<PartETag> each : underWay) {
      sent.add(each.get());
    }
    var unused =
        client.completeMultipartUpload(
            new CompleteMultipartUploadRequest(endpoint.bucket(), key(), upload, sent));
    underWay.clear();
    sent.clear();
    upload = null;
    parts = 0;
    objects++;
  }
}
