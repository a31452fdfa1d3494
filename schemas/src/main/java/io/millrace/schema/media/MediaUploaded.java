package io.millrace.schema.media;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import io.millrace.schema.codec.SelfChecking;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A media file was uploaded, or what is known of it changed. Its bytes are in a store of objects;
 * this says where, and what they are. Identity: {@code (mediaId, version)}; of the versions of a
 * file the greatest counts.
 *
 * @param mediaId the file, as its uploader names it
 * @param version greater in each version of the file; absent is 0
 * @param at when it was uploaded, or changed to this version
 * @param sha256 SHA-256 of its bytes, 64 hexadecimal digits; kept in lower case
 * @param sizeBytes how many bytes it has
 * @param contentType its media type, such as {@code image/png}, with or without parameters; type
 *     and subtype are kept in lower case
 * @param location where its bytes are: an address with a scheme, such as {@code
 *     s3://media/2026/cat.png}, and without a user's name or password
 * @param fileName what its uploader calls it
 * @param uploadedBy who uploaded it
 * @param widthPixels width of a picture or video
 * @param heightPixels height of a picture or video
 * @param durationMillis how long a sound or video plays
 * @param tags texts by name: at most 64, with names of at most 128 and values of at most 1,024
 *     characters
 * @param deleted whether the file is no more from then on
 */
@SelfChecking
public record MediaUploaded(
    @MaxLength(256) String mediaId,
    @Range(min = 0, max = Long.MAX_VALUE) @Nullable Long version,
    @EventTime long at,
    @MaxLength(64) String sha256,
    @Range(min = 0, max = Long.MAX_VALUE) long sizeBytes,
    @MaxLength(255) String contentType,
    @MaxLength(2_048) String location,
    @MaxLength(1_024) @Nullable String fileName,
    @MaxLength(256) @Nullable String uploadedBy,
    @Range(min = 0, max = Long.MAX_VALUE) @Nullable Long widthPixels,
    @Range(min = 0, max = Long.MAX_VALUE) @Nullable Long heightPixels,
    @Range(min = 0, max = Long.MAX_VALUE) @Nullable Long durationMillis,
    @Nullable Map<String, String> tags,
    @Nullable Boolean deleted) {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern CONTENT_TYPE =
      Pattern.compile("[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*");
  private static final Pattern LOCATION = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:[^\\p{Cntrl}]+");
  private static final Pattern WITH_USER = Pattern.compile("[^:]+://[^/?#]*@.*");
  private static final int MOST_TAGS = 64;
  private static final int LONGEST_NAME = 128;
  private static final int LONGEST_VALUE = 1_024;

  /**
   * Checks what the fields alone don't say, and brings digest, media type and tags into one form.
   *
   * @throws IllegalArgumentException where {@code mediaId} is blank, or digest, media type,
   *     location or tags are none
   */
  public MediaUploaded {
    require(!mediaId.isBlank(), "mediaId must not be blank");
    sha256 = sha256.toLowerCase(Locale.ROOT);
    require(DIGEST.matcher(sha256).matches(), "sha256 must be 64 hexadecimal digits");
    contentType = lowerCaseType(contentType);
    require(
        LOCATION.matcher(location).matches(),
        "location must be an address with a scheme, such as s3://media/cat.png");
    require(
        !WITH_USER.matcher(location).matches(),
        "location must not name a user: leave out what stands before the @");
    if (tags != null) {
      require(tags.size() <= MOST_TAGS, "tags must be at most 64");
      tags.forEach(MediaUploaded::requireTag);
      tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }
  }

  private static String lowerCaseType(String given) {
    int end = given.indexOf(';');
    String type = (end < 0 ? given : given.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    require(
        CONTENT_TYPE.matcher(type).matches(),
        "contentType must be a media type such as image/png or video/mp4");
    return end < 0 ? type : type + given.substring(end);
  }

  private static void requireTag(String name, @Nullable String value) {
    require(
        !name.isBlank() && name.length() <= LONGEST_NAME,
        "the name of a tag must have from 1 to 128 characters");
    require(
        value != null && value.length() <= LONGEST_VALUE,
        "a tag must be a text of at most 1,024 characters");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
