package io.millrace.local.retention;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.function.Consumer;
import org.apache.flink.core.fs.Path;

/** Reads Parquet by the classes that have written it, those of the jobs jar. */
public final class JobsJarParquet implements LogArchive.ParquetRows, AutoCloseable {
  private static final String READER = "io.millrace.connector.archive.ArchivedRows";
  private static final String METHOD = "readParquet";

  private final java.nio.file.Path jar;
  private final URLClassLoader classes;

  /** By the classes of a jar, which is opened with the first file. */
  public JobsJarParquet(java.nio.file.Path jar) throws IOException {
    this.jar = jar;
    this.classes =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, JobsJarParquet.class.getClassLoader());
  }

  @Override
  public void read(Path file, Consumer<String> line) throws IOException {
    try {
      Method read =
          Class.forName(READER, true, classes).getMethod(METHOD, Path.class, Consumer.class);
      read.invoke(null, file, line);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          file + " can't be read: " + cause.getMessage() + "; bring it back from a copy", cause);
    } catch (ReflectiveOperationException e) {
      throw new IOException(jar + " can't read Parquet; build it with mvn -DskipTests package", e);
    }
  }

  @Override
  public void close() throws IOException {
    classes.close();
  }
}
