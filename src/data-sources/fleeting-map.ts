/** So many entries come before a small map is renewed. */
const RENEW_AFTER = 64;

/**
 * A map for what comes and goes. A `Map` that has outgrown its table leaves one behind that holds what it held and leads
 * to the next: once one of them is old, V8 keeps all that any later one held until its next full collection. So this one
 * begins anew, in time that each entry takes its share of.
 */
export class FleetingMap<V> {
  private map = new Map<string, V>();
  private added = 0;

  get(key: string): V | undefined {
    return this.map.get(key);
  }

  set(key: string, value: V): void {
    this.map.set(key, value);
    this.added += 1;
    if (this.added < Math.max(RENEW_AFTER, this.map.size)) return;
    this.added = 0;
    this.map = new Map(this.map);
  }

  delete(key: string): void {
    this.map.delete(key);
  }

  clear(): void {
    this.map = new Map();
  }
}
