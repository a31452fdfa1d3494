package io.millrace.schema.payments;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.codec.InvalidDocumentException;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Mt940ReaderTest {
  private static final String HEAD =
      ":20:START\n:25:12030000/202051\n:28C:00123/001\n:60F:C261124EUR100,00\n";

  @Test
  void read_structuredEntry_isAnEntryOfTheAccount() throws Exception {
    List<LedgerEntryRecorded> entries =
        read(
            HEAD
                + ":61:2611261125C25,50NTRFNONREF//B123\nsupplement\n"
                + ":86:166?00SEPA-GUTSCHRIFT?20EREF+order-1?21KREF+x?22SVWZ+for o\nrder 1?30BANK"
                + "?32Someone?33 and Sons\n"
                + ":62F:C261125EUR125,50\n-\n");

    assertThat(entries)
        .containsExactly(
            new LedgerEntryRecorded(
                "12030000/202051/2026/00123/001/1",
                "12030000/202051",
                "order-1",
                Instant.parse("2026-11-25T00:00:00Z").toEpochMilli(),
                "2026-11-26",
                2550,
                "EUR",
                "Someone and Sons",
                "EREF+order-1KREF+xSVWZ+for order 1"));
  }

  @ParameterizedTest
  @CsvSource({
    "C, 100",
    "D, -100",
    "RC, -100",
    "RD, 100",
    "CR, 100",
    "DR, -100",
    "RCR, -100",
  })
  void read_directions_areSigns(String direction, long amountMinor) throws Exception {
    assertThat(read(HEAD + ":61:261125" + direction + "1,NTRFNONREF\n" + closing(amountMinor)))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.amountMinor()).isEqualTo(amountMinor);
              assertThat(entry.reference()).isNull();
            });
  }

  @Test
  void read_withinBlocksAndCarriageReturns_readsEveryPage() throws Exception {
    String first = HEAD + ":61:261125C1,NTRFref-1\n:86:/EREF/e2e-1/REMI/text\n";
    String text =
        "{1:F01BANKDEFFXXXX0000000000}{2:I940BANKDEFFXXXXN}{4:\n"
            + first
            + ":62M:C261125EUR101,00\n-}\n{1:F01BANKDEFFXXXX0000000000}{4:\n"
            + HEAD.replace("/001", "/002").replace("60F:C261124EUR100,00", "60M:C261125EUR101,00")
            + ":61:261125D101,NTRFref-2//x\n:62F:C261125EUR0,\n:64:C261125EUR0,\n:86:goodbye\n-}";

    List<LedgerEntryRecorded> entries = read(text.replace("\n", "\r\n"));

    assertThat(entries)
        .extracting(LedgerEntryRecorded::reference)
        .containsExactly("e2e-1", "ref-2");
    assertThat(entries)
        .extracting(LedgerEntryRecorded::entryId)
        .containsExactly("12030000/202051/2026/00123/001/1", "12030000/202051/2026/00123/002/1");
    assertThat(entries)
        .extracting(LedgerEntryRecorded::description)
        .containsExactly("/EREF/e2e-1/REMI/text", null);
  }

  @Test
  void read_dayOfEntryInAnotherYear_isNearTheValueDate() throws Exception {
    String text = HEAD.replace("C261124", "C251230");

    assertThat(
            read(
                text
                    + ":61:2512311231C1,NTRFa\n:61:2512310102C1,NTRFb\n:61:2601021231C1,NTRFc\n"
                    + closing(300)))
        .extracting(entry -> Instant.ofEpochMilli(entry.at()).toString().substring(0, 10))
        .containsExactly("2025-12-31", "2026-01-02", "2025-12-31");
  }

  @Test
  void read_textInIso88591_keepsItsLetters() throws Exception {
    String text = HEAD + ":61:261125C1,NTRFNONREF\n:86:Gr\u00fc\u00dfe\n" + closing(100);
    List<LedgerEntryRecorded> entries = new ArrayList<>();

    new Mt940Reader()
        .read(new ByteArrayInputStream(text.getBytes(ISO_8859_1)), ZoneOffset.UTC, entries::add);

    assertThat(entries)
        .extracting(LedgerEntryRecorded::description)
        .containsExactly("Gr\u00fc\u00dfe");
    assertThat(read(text)).isEqualTo(entries);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ":61:261125C1,NTRFa;:62F:C261125EUR100,00 | opens with 10000",
        ":61:261125C1,NTRFa | no closing balance",
        ":61:261325C1,NTRFa;:62F:C261125EUR101,00 | a date that is none",
        ":61:261125C1.00NTRFa;:62F:C261125EUR101,00 | is no entry",
        ":61:261125C1,001NTRFa;:62F:C261125EUR101,00 | too exact",
        ":61:261125X1,NTRFa;:62F:C261125EUR101,00 | is no entry",
        ":62F:C261125USD100,00 | two currencies",
        ":62F:261125EUR100,00 | is no balance",
        ":20:again;:62F:C261125EUR100,00 | no closing balance",
      })
  void read_statementThatIsNotWhole_isRefusedWithItsLine(String rest, String message) {
    assertThatThrownBy(() -> read(HEAD + rest.replace(';', '\n') + "\n"))
        .isInstanceOf(InvalidDocumentException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("line ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", ":20:x\n", ":61:261125C1,NTRFa\n:62F:C261125EUR1,\n"})
  void read_anythingElse_isNoStatement(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(InvalidDocumentException.class);
  }

  private static String closing(long added) {
    return ":62F:C261125EUR" + (10_000 + added) / 100 + ",00\n-\n";
  }

  private static List<LedgerEntryRecorded> read(String text) throws Exception {
    List<LedgerEntryRecorded> entries = new ArrayList<>();
    new Mt940Reader()
        .read(new ByteArrayInputStream(text.getBytes(UTF_8)), ZoneOffset.UTC, entries::add);
    return entries;
  }
}
