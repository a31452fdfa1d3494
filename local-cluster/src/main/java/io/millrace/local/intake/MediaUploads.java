package io.millrace.local.intake;

import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.media.MediaUploaded;
import io.undertow.util.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is known of uploads of media files, as senders give it. */
final class MediaUploads {
  private MediaUploads() {}

  /**
   * Checks that all can be taken, so that their sender hears at once of one that can't.
   *
   * @throws RefusedException where one is no upload; the message says which, and why
   */
  static void check(List<byte[]> uploads) throws RefusedException {
    JsonCodec<MediaUploaded> codec = Topics.MEDIA_UPLOADS.codec();
    for (int i = 0; i < uploads.size(); i++) {
      try {
        codec.decode(uploads.get(i));
      } catch (RejectedException e) {
        throw new RefusedException(
            StatusCodes.BAD_REQUEST,
            String.format("upload %d of the body can't be taken: %s", i + 1, e.getMessage()),
            e);
      }
    }
  }

  /**
   * The key of an upload that was checked: its file.
   *
   * @throws IllegalArgumentException where it is no upload
   */
  static byte[] key(byte[] upload) {
    try {
      return Topics.MEDIA_UPLOADS.codec().decode(upload).mediaId().getBytes(StandardCharsets.UTF_8);
    } catch (RejectedException e) {
      throw new IllegalArgumentException("an upload was not checked", e);
    }
  }
}
