package io.millrace.connector.files;

import io.millrace.schema.codec.Rejection;
import java.io.CharConversionException;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Elements of XML as rows. An attribute {@code a} is field {@code @a}, the text of an element
 * {@code b} in the row is field {@code b}, further in {@code b/c}; the second of a name is {@code
 * b[2]}; the text of the row itself is {@code #text}. A document with a DOCTYPE is damaged, so that
 * there are no entities of its own; nothing that it names is ever read: no schema, no XInclude.
 *
 * <p><b>Space</b>: the largest row and one piece of markup or text, of the same size at most.
 */
final class XmlRows implements RowSource {
  private static final int MAX_DEPTH = 100;
  private static final int SLACK_BYTES = 64 * 1024;
  private static final XMLInputFactory XML = factory();

  private final Metered in;
  private final XMLStreamReader reader;
  private final String element;
  private final int maxRowBytes;

  XmlRows(InputStream in, String element, int maxRowBytes) throws IOException {
    this.in = new Metered(in, maxRowBytes + SLACK_BYTES);
    this.element = element;
    this.maxRowBytes = maxRowBytes;
    try {
      reader = XML.createXMLStreamReader(this.in);
    } catch (XMLStreamException e) {
      throw failure(e);
    }
  }

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, false);
    factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
    factory.setXMLResolver(
        (publicId, systemId, base, namespace) -> {
          throw new XMLStreamException("external entities are refused");
        });
    return factory;
  }

  @Override
  public @Nullable Row next() throws IOException {
    try {
      while (reader.hasNext()) {
        int event = step();
        if (event == XMLStreamConstants.START_ELEMENT && reader.getLocalName().equals(element)) {
          return new Collected(maxRowBytes).read();
        }
      }
      return null;
    } catch (XMLStreamException e) {
      throw failure(e);
    }
  }

  private int step() throws XMLStreamException, IOException {
    in.allow();
    int event = reader.next();
    if (event == XMLStreamConstants.DTD) {
      throw new DamagedFileException("the XML has a DOCTYPE, which is refused");
    }
    if (event == XMLStreamConstants.ENTITY_REFERENCE) {
      throw new DamagedFileException("the XML has an entity of its own, which is refused");
    }
    return event;
  }

  /** What the parser throws: a failure of the connection, or what the file is damaged by. */
  private static IOException failure(XMLStreamException e) {
    for (Throwable cause = e.getNestedException(); cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException io
          && !(cause instanceof CharConversionException)
          && !(cause instanceof EOFException)) {
        return io;
      }
    }
    String said = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    return new DamagedFileException("not XML: " + said);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** The fields of one row. */
  private final class Collected {
    private final Map<String, String> fields = new LinkedHashMap<>();
    private final Map<String, Integer> seen = new HashMap<>();
    private final Deque<String> path = new ArrayDeque<>();
    private final Deque<StringBuilder> texts = new ArrayDeque<>();
    private final int room;

    private long chars;
    private boolean tooDeep;

    Collected(int room) {
      this.room = room;
    }

    Row read() throws XMLStreamException, IOException {
      int depth = 0;
      begin("", depth);
      while (true) {
        switch (step()) {
          case XMLStreamConstants.START_ELEMENT -> begin(reader.getLocalName(), ++depth);
          case XMLStreamConstants.END_ELEMENT -> {
            if (depth <= MAX_DEPTH) {
              end();
            }
            if (depth-- == 0) {
              return row();
            }
          }
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
            if (depth <= MAX_DEPTH && fits(reader.getTextLength())) {
              texts.getLast().append(reader.getText());
            }
          }
          default -> {
            // Comments and instructions are no data.
          }
        }
      }
    }

    private void begin(String name, int depth) {
      if (depth > MAX_DEPTH) {
        tooDeep = true;
        return;
      }
      path.addLast(depth == 0 ? "" : numbered(prefix() + name));
      texts.addLast(new StringBuilder());
      for (int i = 0; i < reader.getAttributeCount(); i++) {
        put(prefix() + "@" + reader.getAttributeLocalName(i), reader.getAttributeValue(i));
      }
    }

    private void end() {
      String name = path.removeLast();
      String text = texts.removeLast().toString();
      if (!text.isBlank()) {
        put(name.isEmpty() ? "#text" : name, text);
      }
    }

    private String prefix() {
      String parent = path.isEmpty() ? "" : path.getLast();
      return parent.isEmpty() ? "" : parent + "/";
    }

    private String numbered(String name) {
      if (!fits(name.length())) {
        return name;
      }
      int number = seen.merge(name, 1, Integer::sum);
      return number == 1 ? name : name + "[" + number + "]";
    }

    private void put(String name, String value) {
      if (fits(name.length() + value.length())) {
        fields.put(name, value);
      }
    }

    private boolean fits(int more) {
      chars += more;
      return chars <= 2L * room;
    }

    private Row row() {
      if (tooDeep) {
        return Row.refused(
            Rejection.TOO_DEEP, "elements of the row are nested deeper than " + MAX_DEPTH, null);
      }
      return chars > 2L * room
          ? Row.refused(Rejection.TOO_LARGE, "the row is larger than --max-row", null)
          : Texts.row(fields, null);
    }
  }

  /** Bytes that are given as long as one step of the parser does not ask for too many. */
  private static final class Metered extends FilterInputStream {
    private final int most;

    private long taken;

    Metered(InputStream in, int most) {
      super(in);
      this.most = most;
    }

    void allow() {
      taken = 0;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      if (taken > most) {
        throw new DamagedFileException("one piece of the XML has more than " + most + " bytes");
      }
      int read = super.read(to, from, length);
      taken += Math.max(read, 0);
      return read;
    }
  }
}
