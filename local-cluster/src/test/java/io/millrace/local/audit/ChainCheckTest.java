package io.millrace.local.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.payments.AuditRecorded;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChainCheckTest {
  private static List<AuditRecorded> chain(int length) throws Exception {
    List<AuditRecorded> links = new ArrayList<>();
    String prevHash = "0".repeat(64);
    for (int seq = 0; seq < length; seq++) {
      String body = "{\"n\":" + seq + "}";
      String text = prevHash + "\n3\n" + seq + "\n7\nmatch\n" + body;
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      String hex = HexFormat.of().formatHex(hash);
      links.add(new AuditRecorded("3", seq, prevHash, hex, 7, "match", body));
      prevHash = hex;
    }
    return links;
  }

  private static List<String> faults(List<AuditRecorded> links) {
    ChainCheck check = new ChainCheck();
    links.forEach(check::add);
    return check.faults();
  }

  @Test
  void faults_wholeChainInAnyOrder_none() throws Exception {
    List<AuditRecorded> links = chain(9);
    Collections.reverse(links);
    assertThat(faults(links)).isEmpty();
  }

  @Test
  void faults_changedBody_isFound() throws Exception {
    List<AuditRecorded> links = chain(9);
    AuditRecorded of = links.get(4);
    links.set(
        4,
        new AuditRecorded(
            of.chain(), of.seq(), of.prevHash(), of.hash(), of.at(), of.kind(), "{\"n\":5}"));
    assertThat(faults(links)).singleElement().asString().contains("link 4", "does not say");
  }

  @Test
  void faults_leftOut_isFound() throws Exception {
    List<AuditRecorded> links = chain(9);
    links.remove(4);
    assertThat(faults(links)).singleElement().asString().contains("link 5", "missing");
    List<AuditRecorded> first = chain(3);
    first.remove(0);
    assertThat(faults(first)).singleElement().asString().contains("link 1", "missing");
  }

  @Test
  void faults_twice_isFound() throws Exception {
    List<AuditRecorded> links = chain(9);
    links.add(links.get(2));
    assertThat(faults(links)).singleElement().asString().contains("link 2", "twice");
  }

  @Test
  void faults_rewrittenFromALinkOn_isFound() throws Exception {
    List<AuditRecorded> links = chain(9);
    AuditRecorded of = links.get(4);
    links.set(
        4,
        new AuditRecorded(
            of.chain(), of.seq(), "0".repeat(64), of.hash(), of.at(), of.kind(), of.body()));
    assertThat(faults(links)).hasSize(2);
  }
}
