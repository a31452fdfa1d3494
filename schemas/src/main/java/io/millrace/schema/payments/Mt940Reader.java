package io.millrace.schema.payments;

import io.millrace.schema.codec.DocumentReader;
import io.millrace.schema.codec.InvalidDocumentException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads bank statements in MT940, as bare fields or within SWIFT's blocks, into entries of a
 * ledger.
 *
 * <p>The ledger is the account of field 25. {@code entryId} is account, year, number and page of
 * field 28C, and place on the page; {@code reference} the end-to-end reference of field 86 (after
 * {@code EREF+} or {@code /EREF/}) or else the customer's of field 61; {@code at} the start of the
 * day of entry. Text that is not UTF-8 is read as ISO-8859-1.
 *
 * <p><b>Space</b>: one entry. <b>Source</b>: SWIFT Standards MT, category 9, MT 940 Customer
 * Statement Message; the subfields of field 86 that German banks use.
 */
public final class Mt940Reader implements DocumentReader<LedgerEntryRecorded> {
  private static final int MAX_FIELD = 4_096;
  private static final int FIRST_YEAR = 1980;
  private static final int HALF_A_YEAR_DAYS = 183;
  private static final Pattern FIELD = Pattern.compile(":([0-9]{2}[A-Z]?):(.*)", Pattern.DOTALL);
  private static final Pattern BALANCE =
      Pattern.compile("([CD])([0-9]{6})([A-Z]{3})([0-9]{1,15},[0-9]{0,5})");
  private static final Pattern LINE =
      Pattern.compile(
          "([0-9]{6})([0-9]{4})?(R?[CD])[A-Z]?([0-9]{1,15},[0-9]{0,5})[NFS][A-Z0-9]{3}"
              + "([^\\n]{0,35}?)(?://([^\\n]*))?(?:\\n(.*))?",
          Pattern.DOTALL);
  private static final Pattern SUBFIELDS = Pattern.compile("[0-9]{3}\\?.*", Pattern.DOTALL);
  private static final Pattern SUBFIELD = Pattern.compile("\\?([0-9]{2})([^?]*)");
  private static final Pattern END_TO_END =
      Pattern.compile(
          "EREF\\+(.*?)(?=(?:KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|PURP|IBAN|BIC)\\+|$)"
              + "|/EREF/([^/]+)");
  private static final String NO_REFERENCE = "NONREF";

  @Override
  public void read(InputStream in, ZoneId zone, Values<? super LedgerEntryRecorded> values)
      throws InvalidDocumentException, IOException {
    Document document = new Document(zone, values);
    Lines lines = new Lines(in);
    try {
      for (String line = lines.next(); line != null; line = lines.next()) {
        document.line(line);
      }
      document.end();
    } catch (InvalidDocumentException e) {
      throw new InvalidDocumentException(e.getMessage() + " at line " + lines.number, e);
    } catch (DateTimeException e) {
      throw new InvalidDocumentException("a date that is none at line " + lines.number, e);
    }
  }

  /** The lines of a file, without their ends. */
  private static final class Lines {
    private final InputStream in;
    private int number;

    private Lines(InputStream in) {
      this.in = in instanceof BufferedInputStream ? in : new BufferedInputStream(in);
    }

    private @Nullable String next() throws IOException, InvalidDocumentException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      int next = in.read();
      if (next < 0) {
        return null;
      }
      number++;
      for (; next >= 0 && next != '\n'; next = in.read()) {
        bytes.write(next);
        if (bytes.size() > MAX_FIELD) {
          throw new InvalidDocumentException("a line longer than " + MAX_FIELD + " bytes");
        }
      }
      String line = text(bytes.toByteArray());
      return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    private static String text(byte[] bytes) {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException e) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
      }
    }
  }

  /** One file, as far as it is read. */
  private static final class Document {
    private final ZoneId zone;
    private final Values<? super LedgerEntryRecorded> values;
    private final StringBuilder field = new StringBuilder();
    private String account = "";
    private String number = "";
    private @Nullable LocalDate opened;
    private String currency = "";
    private StatementSum sum = new StatementSum();
    private int entries;

    /** The last one, while its field 86 may follow. */
    private @Nullable LedgerEntryRecorded entry;

    private boolean isOpen;
    private boolean any;

    private Document(ZoneId zone, Values<? super LedgerEntryRecorded> values) {
      this.zone = zone;
      this.values = values;
    }

    private void line(String line) throws InvalidDocumentException, IOException {
      boolean startsField = FIELD.matcher(line).lookingAt();
      boolean endsMessage = line.equals("-") || line.startsWith("-}") || line.startsWith("{");
      if (startsField || endsMessage) {
        finishField();
      }
      if (startsField) {
        field.append(line);
      } else if (endsMessage) {
        // A header in braces may have the first field behind it.
        int text = line.indexOf("{4:");
        if (text >= 0 && FIELD.matcher(line.substring(text + 3)).lookingAt()) {
          field.append(line.substring(text + 3));
        }
      } else if (!line.isBlank()) {
        if (field.length() == 0) {
          throw new InvalidDocumentException("a line outside of any field");
        }
        field.append('\n').append(line);
        if (field.length() > MAX_FIELD) {
          throw new InvalidDocumentException("a field longer than " + MAX_FIELD);
        }
      }
    }

    private void end() throws InvalidDocumentException, IOException {
      finishField();
      if (isOpen) {
        throw new InvalidDocumentException(name() + " has no closing balance (field 62)");
      }
      if (!any) {
        throw new InvalidDocumentException("no statement of MT940");
      }
    }

    private void finishField() throws InvalidDocumentException, IOException {
      if (field.length() == 0) {
        return;
      }
      String text = field.toString();
      field.setLength(0);
      Matcher matcher = FIELD.matcher(text);
      if (!matcher.matches()) {
        throw new InvalidDocumentException("\"" + text + "\" is no field");
      }
      String content = matcher.group(2);
      switch (matcher.group(1)) {
        case "20" -> {
          if (isOpen) {
            throw new InvalidDocumentException(name() + " has no closing balance (field 62)");
          }
          account = "";
          number = "";
          entries = 0;
          sum = new StatementSum();
        }
        case "25", "25P" -> account = content.lines().findFirst().orElse("").strip();
        case "28", "28C" -> number = content.strip();
        case "60F", "60M" -> {
          sum.opensWith(balance(content));
          isOpen = true;
        }
        case "61" -> {
          finishEntry(null);
          entry = entry(content);
        }
        case "86" -> finishEntry(content);
        case "62F", "62M" -> {
          finishEntry(null);
          sum.closesWith(balance(content));
          sum.requireTie(name());
          isOpen = false;
          any = true;
        }
        default -> {
          // Available and forward balances, and what banks add.
        }
      }
    }

    private String name() {
      return "statement " + number + " of account " + account;
    }

    private long balance(String content) throws InvalidDocumentException {
      Matcher matcher = BALANCE.matcher(content.strip());
      if (!matcher.matches()) {
        throw new InvalidDocumentException("\"" + content + "\" is no balance");
      }
      LocalDate date = date(matcher.group(2));
      if (!isOpen) {
        opened = date;
        currency = matcher.group(3);
      }
      if (!currency.equals(matcher.group(3))) {
        throw new InvalidDocumentException("balances of " + name() + " in two currencies");
      }
      long minor = StatementSum.minor(matcher.group(4).replace(',', '.'), currency);
      return matcher.group(1).equals("C") ? minor : -minor;
    }

    private LedgerEntryRecorded entry(String content) throws InvalidDocumentException {
      Matcher matcher = LINE.matcher(content);
      if (!isOpen || opened == null || account.isEmpty() || number.isEmpty()) {
        throw new InvalidDocumentException(
            "an entry (field 61) before account (25), number (28C) and opening balance (60)");
      }
      if (!matcher.matches()) {
        throw new InvalidDocumentException("\"" + content + "\" is no entry (field 61)");
      }
      long minor = StatementSum.minor(matcher.group(4).replace(',', '.'), currency);
      // The reversal of a credit takes money.
      boolean isCredit = matcher.group(3).equals("C") || matcher.group(3).equals("RD");
      LocalDate valued = date(matcher.group(1));
      String customer = matcher.group(5).strip();
      entries++;
      long amount = isCredit ? minor : -minor;
      sum.add(amount);
      LocalDate booked = matcher.group(2) == null ? valued : dayNear(valued, matcher.group(2));
      return new LedgerEntryRecorded(
          account + "/" + opened.getYear() + "/" + number + "/" + entries,
          account,
          customer.isEmpty() || customer.equals(NO_REFERENCE) ? null : customer,
          booked.atStartOfDay(zone).toInstant().toEpochMilli(),
          valued.toString(),
          amount,
          currency,
          null,
          matcher.group(7));
    }

    private void finishEntry(@Nullable String information)
        throws InvalidDocumentException, IOException {
      LedgerEntryRecorded done = entry;
      entry = null;
      if (done == null) {
        return;
      }
      String text = information == null ? null : information.replace("\n", "");
      String purpose = text;
      String counterparty = null;
      if (text != null && SUBFIELDS.matcher(text).matches()) {
        StringBuilder purposes = new StringBuilder();
        StringBuilder names = new StringBuilder();
        for (Matcher part = SUBFIELD.matcher(text); part.find(); ) {
          int code = Integer.parseInt(part.group(1));
          if ((code >= 20 && code <= 29) || (code >= 60 && code <= 63)) {
            purposes.append(part.group(2));
          } else if (code == 32 || code == 33) {
            names.append(part.group(2));
          }
        }
        purpose = purposes.toString();
        counterparty = names.isEmpty() ? null : names.toString().strip();
      }
      String reference = purpose == null ? null : endToEnd(purpose);
      values.take(
          new LedgerEntryRecorded(
              done.entryId(),
              done.ledger(),
              reference == null ? done.reference() : reference,
              done.at(),
              done.valueDate(),
              done.amountMinor(),
              done.currency(),
              counterparty,
              purpose == null || purpose.isBlank() ? done.description() : purpose));
    }

    private static @Nullable String endToEnd(String purpose) {
      Matcher matcher = END_TO_END.matcher(purpose);
      if (!matcher.find()) {
        return null;
      }
      String found = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      String reference = found.strip();
      return reference.isEmpty() || reference.equals("NOTPROVIDED") ? null : reference;
    }

    /** The day of entry has no year; it is that which is nearest to the value date. */
    private static LocalDate dayNear(LocalDate valued, String monthAndDay) {
      int month = Integer.parseInt(monthAndDay.substring(0, 2));
      int day = Integer.parseInt(monthAndDay.substring(2));
      LocalDate best = null;
      for (int year = valued.getYear() - 1; year <= valued.getYear() + 1; year++) {
        if (month == 2 && day == 29 && !LocalDate.of(year, 1, 1).isLeapYear()) {
          continue;
        }
        LocalDate date = LocalDate.of(year, month, day);
        if (Math.abs(ChronoUnit.DAYS.between(valued, date)) <= HALF_A_YEAR_DAYS) {
          best = date;
        }
      }
      if (best == null) {
        throw new DateTimeException(monthAndDay + " is in no year near " + valued);
      }
      return best;
    }

    /** A day in six digits; a century is given by nothing else. */
    private static LocalDate date(String digits) {
      int year = 2000 + Integer.parseInt(digits.substring(0, 2));
      return LocalDate.of(
          year >= FIRST_YEAR + 100 ? year - 100 : year,
          Integer.parseInt(digits.substring(2, 4)),
          Integer.parseInt(digits.substring(4)));
    }
  }
}
