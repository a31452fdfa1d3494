package io.millrace.local.fault;

import io.millrace.schema.Topic;
import java.util.List;
import java.util.function.LongFunction;

/**
 * A topic that a job reads beside the one whose records are followed.
 *
 * @param topic which
 * @param given what is in it before the first record is fed
 * @param pulse makes a record of a time, in milliseconds since the epoch, that tells the job how
 *     far the topic is, also after a restart; it changes nothing of what must be published but what
 *     the trial's oracle knows of
 */
record SideInput<T extends Record>(Topic<T> topic, List<T> given, LongFunction<T> pulse) {}
