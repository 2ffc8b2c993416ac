import type { Watch } from '../../translation/task-changes.js';
import { Audience } from './audience.js';
import { TaskViewer } from './task-viewer.js';
import type { View } from './view.js';

/** Those who watch the tasks of one principal. */
export class Viewers {
  private readonly all = new Set<TaskViewer>();
  private readonly audiences = new Map<string, Audience>();

  /** `onLeave` is called for each viewer that is shown no further view. */
  constructor(private readonly onLeave: () => void) {}

  get size(): number {
    return this.all.size;
  }

  has(viewer: TaskViewer): boolean {
    return this.all.has(viewer);
  }

  /** `key` identifies the watch. Viewers with the same key share their events. */
  add(key: string, watch: Watch): TaskViewer {
    const audience = this.audiences.get(key) ?? new Audience(watch);
    this.audiences.set(key, audience);
    audience.size += 1;
    const viewer = new TaskViewer(audience, () => {
      if (!this.all.delete(viewer)) return;
      audience.size -= 1;
      if (audience.size === 0) this.audiences.delete(key);
      this.onLeave();
    });
    this.all.add(viewer);
    return viewer;
  }

  /** What they watch, each watch once. */
  watches(): Watch[] {
    return [...this.audiences.values()].map(({ watch }) => watch);
  }

  /** Ids that viewers name. */
  names(): Set<string> {
    return new Set(this.watches().flatMap(({ ids }) => [...(ids ?? [])]));
  }

  haveSeen(view: View): boolean {
    return [...this.all].every((viewer) => viewer.hasSeen(view));
  }

  /** Shows the view to those who have been shown one before. */
  show(view: View): void {
    for (const viewer of this.all) if (viewer.isOpen) viewer.show(view);
  }

  /** Ends all streams, or those that name a task. */
  end(error: Error, id?: string): void {
    for (const viewer of this.all)
      if (id === undefined || viewer.audience.watch.ids?.has(id)) viewer.finish(error);
  }
}
