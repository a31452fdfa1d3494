package io.millrace.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.codec.Rejection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Positions, amounts, limits and weights at and beyond the ends of what topics take. */
class FigureLimitsTest {
  private static final String POSITION = "location.updates";
  private static final String GRANT = "location.grants";
  private static final String NEARBY = "location.nearby-requests";
  private static final String REQUEST = "web.requests";
  private static final String PLAY = "listening.plays";
  private static final String ASK = "ratelimit.requests";
  private static final String RULE = "ratelimit.rules";
  private static final String ENTRY = "recon.entries";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        POSITION + " | \"latitude\":90.0001 | latitude",
        POSITION + " | \"latitude\":-90.0001 | latitude",
        POSITION + " | \"longitude\":180.0001 | longitude",
        POSITION + " | \"longitude\":-181 | longitude",
        POSITION + " | \"latitude\":151.2,\"longitude\":-33.9 | latitude",
        POSITION + " | \"longitude\":1e400 | longitude",
        POSITION + " | \"accuracyMeters\":-1 | accuracyMeters",
        POSITION + " | \"speed\":-0.1 | speed",
        GRANT
            + " | \"fence\":{\"type\":\"circle\",\"latitude\":1,\"longitude\":181,"
            + "\"radiusMeters\":5} | longitude",
        GRANT
            + " | \"fence\":{\"type\":\"circle\",\"latitude\":1,\"longitude\":2,"
            + "\"radiusMeters\":-5} | radiusMeters",
        GRANT
            + " | \"fence\":{\"type\":\"polygon\",\"rings\":[[[0,0],[181,0],[1,1]]]}"
            + " | from -180 to 180",
        GRANT
            + " | \"fence\":{\"type\":\"polygon\",\"rings\":[[[-90,0],[90,0],[1,1]]]}"
            + " | half round the earth",
        NEARBY + " | \"radiusMeters\":20100001 | radiusMeters",
        REQUEST + " | \"bytes\":-1 | bytes",
        REQUEST + " | \"bytes\":9223372036854775808 | bytes",
        PLAY + " | \"durationPlayedMillis\":-1 | durationPlayedMillis",
        ASK + " | \"cost\":-1 | cost",
        ASK + " | \"cost\":1000000001 | cost",
        RULE + " | \"limit\":-1 | limit",
        RULE + " | \"limit\":9223372036854775807 | limit",
        RULE + " | \"limit\":1000000000,\"period\":\"P100D\" | 2^61",
        RULE + " | \"burst\":1000000001 | burst",
        RULE + " | \"period\":\"PT0S\" | at least a millisecond",
        RULE + " | \"period\":\"-PT1S\" | at least a millisecond",
        RULE + " | \"period\":\"PT0.0000001S\" | whole number",
        RULE + " | \"penaltyMillis\":-1 | penaltyMillis",
        ENTRY + " | \"amountMinor\":-9223372036854775808 | amountMinor",
        ENTRY + " | \"amountMinor\":1000000000000001 | amountMinor",
        ENTRY + " | \"amountMinor\":1e400 | amountMinor",
        ENTRY + " | \"amountMinor\":0.3 | amountMinor",
        ENTRY + " | \"currency\":\"EU\" | currency",
      })
  void decode_figureBeyondItsEnds_isRefusedByItsName(String topic, String fields, String message) {
    assertThatThrownBy(() -> decode(topic, fields))
        .isInstanceOfSatisfying(
            RejectedException.class,
            refused -> {
              assertThat(refused.rejection()).isIn(Rejection.OUT_OF_RANGE, Rejection.WRONG_TYPE);
              assertThat(refused).hasMessageContaining(message);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        POSITION + " | \"latitude\":90,\"longitude\":180",
        POSITION + " | \"latitude\":-90,\"longitude\":-180",
        POSITION + " | \"latitude\":-0.0,\"longitude\":179.999999999",
        GRANT
            + " | \"fence\":{\"type\":\"polygon\","
            + "\"rings\":[[[179,-1],[-179,-1],[-179,1],[179,1]]]}",
        GRANT
            + " | \"fence\":{\"type\":\"circle\",\"latitude\":90,\"longitude\":0,"
            + "\"radiusMeters\":0}",
        REQUEST + " | \"bytes\":0",
        ASK + " | \"cost\":0",
        ASK + " | \"cost\":1000000000",
        RULE + " | \"limit\":0",
        RULE + " | \"limit\":1000000000,\"period\":\"PT1M\"",
        ENTRY + " | \"amountMinor\":-1000000000000000",
        ENTRY + " | \"amountMinor\":0",
      })
  void decode_figureAtItsEnds_isTaken(String topic, String fields) throws Exception {
    assertThat(decode(topic, fields)).isNotNull();
  }

  /** What a topic reads from a good record with some fields put in or changed. */
  private static Object decode(String topic, String fields) throws RejectedException {
    String good =
        switch (topic) {
          case POSITION -> "\"userId\":\"u\",\"latitude\":1,\"longitude\":2";
          case GRANT ->
              "\"grantId\":\"g\",\"ownerId\":\"o\",\"viewerId\":\"v\",\"action\":\"grant\"";
          case NEARBY ->
              "\"requestId\":\"r\",\"userId\":\"u\",\"latitude\":1,\"longitude\":2,"
                  + "\"radiusMeters\":3";
          case REQUEST -> "\"client\":\"c\",\"path\":\"/p\"";
          case PLAY ->
              "\"playId\":\"p\",\"songId\":\"s\",\"userId\":\"u\",\"region\":\"DE\","
                  + "\"durationPlayedMillis\":1";
          case ASK -> "\"requestId\":\"r\",\"apiKey\":\"a\"";
          case RULE ->
              "\"ruleId\":\"r\",\"version\":1,\"dimension\":\"apiKey\","
                  + "\"algorithm\":\"gcra\",\"limit\":1,\"period\":\"PT1S\"";
          case ENTRY ->
              "\"entryId\":\"e\",\"ledger\":\"bank\",\"amountMinor\":1,\"currency\":\"EUR\"";
          default -> throw new IllegalArgumentException("no good record of " + topic);
        };
    StringBuilder record = new StringBuilder("{\"at\":1700000000000");
    for (String field : good.split(",(?=\")", -1)) {
      String name = field.substring(0, field.indexOf(':') + 1);
      if (!fields.startsWith(name) && !fields.contains("," + name)) {
        record.append(',').append(field);
      }
    }
    byte[] bytes = record.append(',').append(fields).append('}').toString().getBytes(UTF_8);
    return Topics.byName(topic).orElseThrow().codec().decode(bytes);
  }
}
