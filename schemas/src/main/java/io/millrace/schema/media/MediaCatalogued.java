package io.millrace.schema.media;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the catalogue says of a media file from this version on. Identity: {@code (mediaId,
 * version)}; the row with the greatest version of a file counts.
 *
 * @param mediaId the file
 * @param version its version
 * @param at when it was uploaded, or changed to this version, in milliseconds since the epoch
 * @param sha256 SHA-256 of its bytes, in hexadecimal
 * @param sizeBytes how many bytes it has
 * @param contentType its media type
 * @param location where its bytes are
 * @param fileName what its uploader calls it
 * @param uploadedBy who uploaded it
 * @param widthPixels width of a picture or video
 * @param heightPixels height of a picture or video
 * @param durationMillis how long a sound or video plays
 * @param tags texts by name
 * @param deleted whether the file is no more
 */
public record MediaCatalogued(
    String mediaId,
    long version,
    long at,
    String sha256,
    long sizeBytes,
    String contentType,
    String location,
    @Nullable String fileName,
    @Nullable String uploadedBy,
    @Nullable Long widthPixels,
    @Nullable Long heightPixels,
    @Nullable Long durationMillis,
    Map<String, String> tags,
    boolean deleted) {}
