package io.millrace.schema.payments;

import io.millrace.schema.codec.DocumentReader;
import io.millrace.schema.codec.InvalidDocumentException;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads bank statements in camt.053, of any version, into entries of a ledger.
 *
 * <p>The ledger is the account's IBAN, or its other identification. Booked entries count alone. An
 * entry that is a batch becomes one of each transaction, if these have amounts that come to its
 * own. {@code entryId} is account, statement and place in it; {@code reference} the end-to-end
 * identification or else the creditor's reference; {@code at} when it was booked. What an entry
 * says in free text is cut after 4,096 characters.
 *
 * <p>A document type declaration is refused, and with it every entity.
 *
 * <p><b>Space</b>: the transactions of one entry. <b>Source</b>: ISO 20022, message
 * BankToCustomerStatement (camt.053.001).
 */
public final class Camt053Reader implements DocumentReader<LedgerEntryRecorded> {
  private static final int MAX_TEXT = 4_096;
  private static final int MAX_DEPTH = 100;
  private static final String NOT_PROVIDED = "NOTPROVIDED";
  private static final String BOOKED = "BOOK";
  private static final String CREDIT = "CRDT";
  private static final String DEBIT = "DBIT";

  @Override
  public void read(InputStream in, ZoneId zone, Values<? super LedgerEntryRecorded> values)
      throws InvalidDocumentException, IOException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    XMLStreamReader xml = null;
    try {
      xml = factory.createXMLStreamReader(in);
      new Document(zone, values).read(xml);
    } catch (XMLStreamException e) {
      if (e.getNestedException() instanceof IOException failure) {
        throw failure;
      }
      throw new InvalidDocumentException(
          "not well-formed XML at " + place(e.getLocation()) + ": " + firstLine(e), e);
    } catch (InvalidDocumentException e) {
      String place = xml == null ? "" : " at " + place(xml.getLocation());
      throw new InvalidDocumentException(e.getMessage() + place, e);
    }
  }

  private static String place(@Nullable Location location) {
    return location == null
        ? "its start"
        : "line " + location.getLineNumber() + ", column " + location.getColumnNumber();
  }

  /** The parser's own words end in a line that says the same of the place. */
  private static String firstLine(XMLStreamException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.lastIndexOf("Message: ");
    return (end < 0 ? message : message.substring(end + "Message: ".length())).strip();
  }

  /** What is said of one side of an entry or of one of its transactions. */
  private static final class Facts {
    private @Nullable Long amountMinor;
    private @Nullable String currency;
    private @Nullable String direction;
    private String status = BOOKED;
    private @Nullable String booked;
    private @Nullable String valued;
    private @Nullable String endToEndId;
    private @Nullable String creditorReference;
    private @Nullable String debtor;
    private @Nullable String creditor;
    private final StringBuilder text = new StringBuilder();
    private final List<Facts> transactions = new ArrayList<>();

    private @Nullable String reference() {
      return endToEndId == null ? creditorReference : endToEndId;
    }

    private @Nullable String counterparty(boolean isCredit) {
      return isCredit ? debtor : creditor;
    }

    private void say(String more) {
      if (!more.isEmpty() && text.length() + more.length() < MAX_TEXT) {
        text.append(text.isEmpty() ? "" : " ").append(more);
      }
    }

    private long signed() throws InvalidDocumentException {
      if (amountMinor == null) {
        throw new InvalidDocumentException("an entry without an amount");
      }
      return isCredit() ? amountMinor : -amountMinor;
    }

    private boolean isCredit() throws InvalidDocumentException {
      if (!CREDIT.equals(direction) && !DEBIT.equals(direction)) {
        throw new InvalidDocumentException("an amount that is neither CRDT nor DBIT");
      }
      return CREDIT.equals(direction);
    }
  }

  /** One document, as far as it is read. */
  private static final class Document {
    private final ZoneId zone;
    private final Values<? super LedgerEntryRecorded> values;
    private final Deque<String> path = new ArrayDeque<>();
    private final StringBuilder text = new StringBuilder();
    private @Nullable String currency;
    private @Nullable String account;
    private @Nullable String statement;
    private StatementSum sum = new StatementSum();
    private @Nullable String balance;
    private @Nullable Facts entry;
    private @Nullable Facts transaction;
    private Facts amount = new Facts();
    private int entries;
    private boolean isStatement;

    private Document(ZoneId zone, Values<? super LedgerEntryRecorded> values) {
      this.zone = zone;
      this.values = values;
    }

    private void read(XMLStreamReader xml)
        throws XMLStreamException, InvalidDocumentException, IOException {
      while (xml.hasNext()) {
        switch (xml.next()) {
          case XMLStreamConstants.START_ELEMENT -> start(xml);
          case XMLStreamConstants.END_ELEMENT -> {
            end(path.removeLast(), text.toString().strip());
            text.setLength(0);
          }
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
            if (text.length() <= MAX_TEXT) {
              text.append(xml.getText());
            }
          }
          case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
              throw new InvalidDocumentException("a document type declaration or entity");
          default -> {
            // Comments and processing instructions say nothing.
          }
        }
      }
      if (!isStatement) {
        throw new InvalidDocumentException("no statement of camt.053 (BkToCstmrStmt)");
      }
    }

    private void start(XMLStreamReader xml) throws InvalidDocumentException {
      String name = xml.getLocalName();
      text.setLength(0);
      path.addLast(name);
      if (path.size() > MAX_DEPTH) {
        throw new InvalidDocumentException("elements nested deeper than " + MAX_DEPTH);
      }
      switch (name) {
        case "Stmt" -> {
          isStatement = true;
          account = null;
          statement = null;
          sum = new StatementSum();
          entries = 0;
        }
        case "Bal" -> {
          balance = null;
          amount = new Facts();
        }
        case "Ntry" -> {
          entry = new Facts();
          amount = entry;
        }
        case "TxDtls" -> {
          transaction = new Facts();
          amount = transaction;
        }
        case "Amt" -> currency = xml.getAttributeValue(null, "Ccy");
        default -> {
          // Only leaves below these say something.
        }
      }
    }

    private void end(String name, String said) throws InvalidDocumentException, IOException {
      String parent = path.isEmpty() ? "" : path.getLast();
      switch (name) {
        case "Stmt" -> sum.requireTie(statementName());
        case "Bal" -> balanced();
        case "Ntry" -> entered();
        case "TxDtls" -> {
          if (entry != null && transaction != null) {
            entry.transactions.add(transaction);
          }
          transaction = null;
          amount = entry == null ? new Facts() : entry;
        }
        case "IBAN" -> {
          if (isAt("Stmt", "Acct", "Id")) {
            account = said;
          }
        }
        case "Id" -> {
          if (isAt("Stmt")) {
            statement = said;
          } else if (isAt("Stmt", "Acct", "Id", "Othr") && account == null) {
            account = said;
          }
        }
        case "Amt" -> {
          // Beside it stand what was instructed, what it was exchanged for, and charges.
          if (parent.equals("Bal")
              || parent.equals("Ntry")
              || parent.equals("TxDtls")
              || isAt("TxDtls", "AmtDtls", "TxAmt")) {
            amount.amountMinor = StatementSum.minor(said, currency);
            amount.currency = currency;
          }
        }
        case "CdtDbtInd" -> {
          if (parent.equals("Bal") || parent.equals("Ntry") || parent.equals("TxDtls")) {
            amount.direction = said;
          }
        }
        case "Cd" -> {
          if (isAt("Bal", "Tp", "CdOrPrtry")) {
            balance = said;
          } else if (isAt("Ntry", "Sts")) {
            amount.status = said;
          }
        }
        case "Sts" -> {
          if (parent.equals("Ntry") && !said.isEmpty()) {
            amount.status = said;
          }
        }
        case "Dt", "DtTm" -> {
          if (isAt("Ntry", "BookgDt")) {
            amount.booked = said;
          } else if (isAt("Ntry", "ValDt")) {
            amount.valued = said;
          }
        }
        case "EndToEndId" -> {
          if (!said.isEmpty() && !said.equals(NOT_PROVIDED)) {
            amount.endToEndId = said;
          }
        }
        case "Ref" -> {
          if (isAt("Strd", "CdtrRefInf") && !said.isEmpty()) {
            amount.creditorReference = said;
          }
        }
        case "Nm" -> {
          if (isAt("RltdPties", "Dbtr") || isAt("RltdPties", "Dbtr", "Pty")) {
            amount.debtor = said;
          } else if (isAt("RltdPties", "Cdtr") || isAt("RltdPties", "Cdtr", "Pty")) {
            amount.creditor = said;
          }
        }
        case "Ustrd", "AddtlNtryInf" -> amount.say(said);
        default -> {
          // Nothing that an entry of a ledger holds.
        }
      }
    }

    /** Whether the element that ended stands right below these. */
    private boolean isAt(String... above) {
      int i = above.length;
      for (var each = path.descendingIterator(); i > 0 && each.hasNext(); ) {
        if (!each.next().equals(above[--i])) {
          return false;
        }
      }
      return i == 0;
    }

    private String statementName() {
      return String.format(Locale.ROOT, "statement %s of account %s", statement, account);
    }

    private void balanced() throws InvalidDocumentException {
      if ("OPBD".equals(balance) || "PRCD".equals(balance)) {
        sum.opensWith(amount.signed());
      } else if ("CLBD".equals(balance)) {
        sum.closesWith(amount.signed());
      }
    }

    private void entered() throws InvalidDocumentException, IOException {
      Facts whole = entry;
      entry = null;
      entries++;
      if (whole == null || !whole.status.equals(BOOKED)) {
        return;
      }
      if (account == null || statement == null) {
        throw new InvalidDocumentException("an entry before the statement's Id and account");
      }
      sum.add(whole.signed());
      String id = account + "/" + statement + "/" + entries;
      List<Facts> parts = parts(whole);
      if (parts.size() <= 1) {
        take(id, whole, parts.isEmpty() ? whole : parts.get(0), whole.signed());
        return;
      }
      for (int i = 0; i < parts.size(); i++) {
        take(id + "/" + (i + 1), whole, parts.get(i), parts.get(i).signed());
      }
    }

    /** The transactions that stand for the entry; empty where it stands for itself. */
    private static List<Facts> parts(Facts whole) throws InvalidDocumentException {
      if (whole.transactions.size() <= 1) {
        return whole.transactions;
      }
      long total = 0;
      for (Facts part : whole.transactions) {
        if (part.amountMinor == null
            || part.currency == null
            || !part.currency.equals(whole.currency)) {
          return List.of();
        }
        if (part.direction == null) {
          part.direction = whole.direction;
        }
        total = Math.addExact(total, part.signed());
      }
      return total == whole.signed() ? whole.transactions : List.of();
    }

    private void take(String id, Facts whole, Facts part, long amountMinor)
        throws InvalidDocumentException, IOException {
      String booked = whole.booked == null ? whole.valued : whole.booked;
      if (booked == null) {
        throw new InvalidDocumentException("an entry with neither BookgDt nor ValDt");
      }
      String said = part.text.isEmpty() ? whole.text.toString() : part.text.toString();
      String currencyOfEntry = String.valueOf(whole.currency);
      LedgerEntryRecorded value;
      try {
        value =
            new LedgerEntryRecorded(
                id,
                String.valueOf(account),
                part.reference(),
                millis(booked),
                whole.valued == null ? null : date(whole.valued),
                amountMinor,
                currencyOfEntry,
                part.counterparty(amountMinor > 0),
                said.isEmpty() ? null : said);
      } catch (DateTimeException e) {
        throw new InvalidDocumentException("\"" + booked + "\" is no date or time", e);
      }
      values.take(value);
    }

    private long millis(String said) {
      if (said.indexOf('T') < 0) {
        return LocalDate.parse(date(said)).atStartOfDay(zone).toInstant().toEpochMilli();
      }
      TemporalAccessor time =
          DateTimeFormatter.ISO_DATE_TIME.parseBest(
              said, OffsetDateTime::from, LocalDateTime::from);
      return time instanceof OffsetDateTime exact
          ? exact.toInstant().toEpochMilli()
          : LocalDateTime.from(time).atZone(zone).toInstant().toEpochMilli();
    }

    /** The date alone: one may be given with an offset, which says nothing of it. */
    private static String date(String said) {
      return LocalDate.parse(said.substring(0, Math.min(said.length(), "2026-01-31".length())))
          .toString();
    }
  }
}
