package io.millrace.operator.writeback;

import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;

/** A map of Flink's own, of which the backend is told the key only before the map is used. */
final class SelectedMap<K, U, V> implements MapState<U, V> {
  private final MapState<U, V> map;
  private final CurrentKey<K> current;

  SelectedMap(MapState<U, V> map, CurrentKey<K> current) {
    this.map = map;
    this.current = current;
  }

  @Override
  public V get(U key) throws Exception {
    current.select();
    return map.get(key);
  }

  @Override
  public void put(U key, V value) throws Exception {
    current.select();
    map.put(key, value);
  }

  @Override
  public void putAll(Map<U, V> all) throws Exception {
    current.select();
    map.putAll(all);
  }

  @Override
  public void remove(U key) throws Exception {
    current.select();
    map.remove(key);
  }

  @Override
  public boolean contains(U key) throws Exception {
    current.select();
    return map.contains(key);
  }

  @Override
  public Iterable<Map.Entry<U, V>> entries() throws Exception {
    current.select();
    Iterable<Map.Entry<U, V>> entries = map.entries();
    return () -> selected(entries);
  }

  @Override
  public Iterable<U> keys() throws Exception {
    current.select();
    Iterable<U> keys = map.keys();
    return () -> selected(keys);
  }

  @Override
  public Iterable<V> values() throws Exception {
    current.select();
    Iterable<V> values = map.values();
    return () -> selected(values);
  }

  @Override
  public Iterator<Map.Entry<U, V>> iterator() throws Exception {
    current.select();
    return map.iterator();
  }

  @Override
  public boolean isEmpty() throws Exception {
    current.select();
    return map.isEmpty();
  }

  @Override
  public void clear() {
    current.select();
    map.clear();
  }

  /** Backends begin to iterate when they are asked for the iterator. */
  private <T> Iterator<T> selected(Iterable<T> of) {
    current.select();
    return of.iterator();
  }
}
