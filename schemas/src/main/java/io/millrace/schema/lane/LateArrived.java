package io.millrace.schema.lane;

import io.millrace.schema.codec.RawJson;

/**
 * A valid record that came after every window it belongs to was published.
 *
 * @param topic where the record came from
 * @param at its event time, in milliseconds since the epoch
 * @param watermark the watermark that it was behind, in milliseconds since the epoch
 * @param record the record, as an object with the fields that its topic declares
 */
public record LateArrived(String topic, long at, long watermark, @RawJson String record) {}
