package io.millrace.schema.payments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.codec.InvalidDocumentException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.ServerSocket;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Camt053ReaderTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final String HEAD =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
      <GrpHdr><MsgId>m-1</MsgId><CreDtTm>2026-11-25T18:00:00</CreDtTm></GrpHdr>
      <Stmt><Id>st-7</Id><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
      <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt>
        <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>
      """;
  private static final String TAIL = "</Stmt></BkToCstmrStmt></Document>";

  @Test
  void read_creditWithDetails_isAnEntryOfTheAccount() throws Exception {
    List<LedgerEntryRecorded> entries =
        read(
            HEAD
                + closing("125.50", "CRDT")
                + """
                <Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">25.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>
                <Sts>BOOK</Sts><BookgDt><Dt>2026-11-25</Dt></BookgDt><ValDt><Dt>2026-11-26</Dt></ValDt>
                <NtryDtls><TxDtls><Refs><EndToEndId>order-1</EndToEndId></Refs>
                <AmtDtls><InstdAmt><Amt Ccy="USD">30.00</Amt></InstdAmt></AmtDtls>
                <RltdPties><Dbtr><Nm>A &amp; B</Nm></Dbtr><Cdtr><Nm>Us</Nm></Cdtr></RltdPties>
                <RmtInf><Ustrd>for order 1</Ustrd><Ustrd>thanks</Ustrd></RmtInf>
                </TxDtls></NtryDtls></Ntry>
                """
                + TAIL);

    assertThat(entries)
        .containsExactly(
            new LedgerEntryRecorded(
                "DE02120300000000202051/st-7/1",
                "DE02120300000000202051",
                "order-1",
                Instant.parse("2026-11-24T23:00:00Z").toEpochMilli(),
                "2026-11-26",
                2550,
                "EUR",
                "A & B",
                "for order 1 thanks"));
  }

  @Test
  void read_laterVersionAndOtherAccount_readsTheSameFields() throws Exception {
    List<LedgerEntryRecorded> entries =
        read(
            HEAD.replace("<IBAN>DE02120300000000202051</IBAN>", "<Othr><Id>0815</Id></Othr>")
                + """
                <Ntry><Amt Ccy="EUR">7</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
                <BookgDt><DtTm>2026-11-25T10:15:30+02:00</DtTm></BookgDt>
                <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
                <RltdPties><Cdtr><Pty><Nm>Energy</Nm></Pty></Cdtr></RltdPties>
                <RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>
                </TxDtls></NtryDtls></Ntry>
                """
                + TAIL);

    assertThat(entries)
        .containsExactly(
            new LedgerEntryRecorded(
                "0815/st-7/1",
                "0815",
                "RF18539007547034",
                Instant.parse("2026-11-25T08:15:30Z").toEpochMilli(),
                null,
                -700,
                "EUR",
                "Energy",
                null));
  }

  @Test
  void read_batch_isAnEntryOfEachTransactionIfTheyComeToItsAmount() throws Exception {
    String batch =
        """
        <Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
        <BookgDt><Dt>2026-11-25</Dt></BookgDt><NtryDtls>
        <TxDtls><Refs><EndToEndId>a</EndToEndId></Refs>
        <AmtDtls><TxAmt><Amt Ccy="EUR">10.00</Amt></TxAmt></AmtDtls></TxDtls>
        <TxDtls><Refs><EndToEndId>b</EndToEndId></Refs>
        <AmtDtls><TxAmt><Amt Ccy="EUR">20.00</Amt></TxAmt></AmtDtls></TxDtls>
        </NtryDtls></Ntry>
        """;

    List<LedgerEntryRecorded> split = read(HEAD + closing("130.00", "CRDT") + batch + TAIL);
    assertThat(split).extracting(LedgerEntryRecorded::entryId).allMatch(id -> id.contains("/1/"));
    assertThat(split).extracting(LedgerEntryRecorded::reference).containsExactly("a", "b");
    assertThat(split).extracting(LedgerEntryRecorded::amountMinor).containsExactly(1000L, 2000L);

    List<LedgerEntryRecorded> whole =
        read(HEAD + batch.replace("\"EUR\">20.00", "\"EUR\">20.01") + TAIL);
    assertThat(whole).extracting(LedgerEntryRecorded::reference).containsExactly((String) null);
    assertThat(whole).extracting(LedgerEntryRecorded::amountMinor).containsExactly(3000L);
  }

  @Test
  void read_pendingEntries_areNone() throws Exception {
    String entry =
        "<Ntry><Amt Ccy=\"EUR\">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts></Ntry>";

    assertThat(read(HEAD + closing("100.00", "CRDT") + entry + TAIL)).isEmpty();
  }

  @Test
  void read_currencyWithoutDecimals_isInItsOwnMinorUnit() throws Exception {
    String yen =
        "<Ntry><Amt Ccy=\"JPY\">500</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
            + "<BookgDt><Dt>2026-11-25</Dt></BookgDt></Ntry>";

    assertThat(read(HEAD + yen + TAIL))
        .singleElement()
        .satisfies(entry -> assertThat(entry.amountMinor()).isEqualTo(500));
  }

  @Test
  void read_entriesThatDoNotComeToTheBalance_isRefused() {
    assertThatThrownBy(() -> read(HEAD + closing("100.01", "CRDT") + TAIL))
        .isInstanceOf(InvalidDocumentException.class)
        .hasMessageContaining("statement st-7 of account DE02120300000000202051")
        .hasMessageContaining("opens with 10000")
        .hasMessageContaining("closes with 10001")
        .hasMessageContaining("line ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<Ntry><CdtDbtInd>CRDT</CdtDbtInd></Ntry> | without an amount",
        "<Ntry><Amt Ccy=\"EUR\">1.005</Amt></Ntry> | too exact",
        "<Ntry><Amt Ccy=\"EUR\">-1</Amt></Ntry> | is no amount",
        "<Ntry><Amt Ccy=\"EUR\">1e9</Amt></Ntry> | is no amount",
        "<Ntry><Amt Ccy=\"XXQ\">1</Amt></Ntry> | known currency",
        "<Ntry><Amt>1</Amt></Ntry> | is no amount",
        "<Ntry><Amt Ccy=\"EUR\">1</Amt></Ntry> | neither CRDT nor DBIT",
        "<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry> | neither BookgDt",
        "<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
            + "<BookgDt><Dt>2026-02-30</Dt></BookgDt></Ntry> | no date",
        "<Ntry> | not well-formed",
      })
  void read_entryThatIsNone_isRefusedWithItsPlace(String entry, String message) {
    assertThatThrownBy(() -> read(HEAD + entry + TAIL))
        .isInstanceOf(InvalidDocumentException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("line ");
  }

  @Test
  void read_otherXml_isNoStatement() {
    assertThatThrownBy(() -> read("<html/>")).hasMessageContaining("no statement of camt.053");
    assertThatThrownBy(() -> read("")).hasMessageContaining("not well-formed");
  }

  @Test
  void read_documentType_isRefusedAndAsksForNothing() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1)) {
      listener.setSoTimeout(1);
      String address = "http://127.0.0.1:" + listener.getLocalPort() + "/x";
      for (String type :
          List.of(
              "<!DOCTYPE d [<!ENTITY e SYSTEM \"" + address + "\">]>",
              "<!DOCTYPE d SYSTEM \"" + address + "\">",
              "<!DOCTYPE d [<!ENTITY e \"lol\"><!ENTITY f \"&e;&e;&e;\">]>",
              "<!DOCTYPE d [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>")) {
        String xml = HEAD.replace("<Document", type + "<Document").replace("st-7", "&e;") + TAIL;
        assertThatThrownBy(() -> read(xml)).isInstanceOf(InvalidDocumentException.class);
      }
      assertThatThrownBy(listener::accept).hasMessageContaining("timed out");
    }
  }

  @Test
  void read_manyEntries_areReadOneAfterTheOther() throws Exception {
    byte[] entry =
        ("<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
                + "<BookgDt><Dt>2026-11-25</Dt></BookgDt></Ntry>\n")
            .getBytes(UTF_8);
    int entries = 200_000;
    List<InputStream> parts = new ArrayList<>();
    parts.add(new ByteArrayInputStream((HEAD + closing("200100.00", "CRDT")).getBytes(UTF_8)));
    for (int i = 0; i < entries; i++) {
      parts.add(new ByteArrayInputStream(entry));
    }
    parts.add(new ByteArrayInputStream(TAIL.getBytes(UTF_8)));
    long[] count = new long[1];

    new Camt053Reader()
        .read(
            new SequenceInputStream(Collections.enumeration(parts)),
            BERLIN,
            each -> count[0] += each.amountMinor());

    assertThat(count[0]).isEqualTo(100L * entries);
  }

  private static String closing(String amount, String direction) {
    return "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">"
        + amount
        + "</Amt><CdtDbtInd>"
        + direction
        + "</CdtDbtInd></Bal>";
  }

  private static List<LedgerEntryRecorded> read(String xml) throws Exception {
    List<LedgerEntryRecorded> entries = new ArrayList<>();
    new Camt053Reader().read(new ByteArrayInputStream(xml.getBytes(UTF_8)), BERLIN, entries::add);
    return entries;
  }
}
