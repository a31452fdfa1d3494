package io.millrace.local.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.http.HttpResponse;
import org.jclouds.http.HttpResponseException;
import org.jclouds.logging.slf4j.config.SLF4JLoggingModule;

/**
 * An S3 endpoint over a directory, by s3proxy, on loopback only. Arguments: its directory, its
 * port, the access key and secret that it lets in, and the bucket that it has. It ends with
 * SIGTERM.
 *
 * <p>Where the file {@value #FAULTS} of its directory has a number, one of so many requests that
 * need what is stored is answered with 503, as by an endpoint that is overloaded; 1 refuses all.
 * The file {@value #REFUSED} has a byte for each that was. Where the file {@value #SECRET} is
 * there, its text is the secret that lets in, instead of the one of the arguments.
 */
public final class S3Program {
  private static final String FAULTS = "one-of";
  private static final String REFUSED = "refused";
  private static final String SECRET = "secret";
  private static final int UNAVAILABLE = 503;

  /** Calls that are refused: those which read or write. */
  private static final Set<String> STORED =
      Set.of(
          "getBlob",
          "blobMetadata",
          "putBlob",
          "copyBlob",
          "removeBlob",
          "removeBlobs",
          "list",
          "initiateMultipartUpload",
          "uploadMultipartPart",
          "completeMultipartUpload");

  private S3Program() {}

  /** Starts the endpoint, whose threads keep the process. */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]).toAbsolutePath();
    Properties properties = new Properties();
    properties.setProperty(
        "jclouds.filesystem.basedir",
        Files.createDirectories(directory.resolve("data")).toString());
    BlobStore store =
        ContextBuilder.newBuilder("filesystem")
            .credentials(args[2], args[3])
            .modules(Set.of(new SLF4JLoggingModule()))
            .overrides(properties)
            .buildView(BlobStoreContext.class)
            .getBlobStore();
    store.createContainerInLocation(null, args[4]);
    BlobStore refusing = refusing(store, directory.resolve(FAULTS), directory.resolve(REFUSED));
    S3Proxy endpoint =
        S3Proxy.builder()
            .blobStore(refusing)
            .endpoint(URI.create("http://127.0.0.1:" + args[1]))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, args[2], args[3])
            .build();
    Path secret = directory.resolve(SECRET);
    endpoint.setBlobStoreLocator(
        (identity, container, blob) ->
            args[2].equals(identity) ? Map.entry(text(secret, args[3]), refusing) : null);
    endpoint.start();
  }

  private static BlobStore refusing(BlobStore store, Path faults, Path refused) {
    AtomicLong calls = new AtomicLong();
    return (BlobStore)
        Proxy.newProxyInstance(
            S3Program.class.getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, method, arguments) -> {
              if (STORED.contains(method.getName())) {
                long every = every(faults);
                if (every > 0 && calls.incrementAndGet() % every == 0) {
                  Files.write(
                      refused, new byte[1], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                  throw new HttpResponseException(
                      "refused as one of " + every,
                      null,
                      HttpResponse.builder().statusCode(UNAVAILABLE).message("SlowDown").build());
                }
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static long every(Path faults) throws IOException {
    try {
      return Long.parseLong(Files.readString(faults).strip());
    } catch (NoSuchFileException none) {
      return 0;
    }
  }

  private static String text(Path file, String otherwise) {
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException none) {
      return otherwise;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
