import type { Watch } from '../../translation/task-changes.js';
import { Audience } from './audience.js';
import { TaskViewer } from './task-viewer.js';
import type { View } from './view.js';

/** Those who watch the tasks of one principal. */
export class Viewers {
  private readonly all = new Set<TaskViewer>();
  private readonly audiences = new Map<string, Audience>();
  private readonly named = new Map<string, number>();

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
    const audience = this.audiences.get(key) ?? this.addAudience(key, watch);
    audience.size += 1;
    const viewer = new TaskViewer(audience, () => {
      if (!this.all.delete(viewer)) return;
      audience.size -= 1;
      if (audience.size === 0) this.removeAudience(key, audience);
      this.onLeave();
    });
    this.all.add(viewer);
    return viewer;
  }

  /** What they watch, each watch once. */
  watches(): Watch[] {
    return [...this.audiences.values()].map(({ watch }) => watch);
  }

  /** Ids that viewers name: how many audiences name each. */
  get names(): ReadonlyMap<string, number> {
    return this.named;
  }

  /** Returns the oldest of the views that they were told last. Undefined if nobody was told one. */
  oldestTold(): View | undefined {
    let oldest: View | undefined;
    for (const { toldView } of this.all)
      if (toldView && toldView.order < (oldest?.order ?? Infinity)) oldest = toldView;
    return oldest;
  }

  /** Shows the view to those who have been shown one before. */
  show(view: View): void {
    for (const viewer of this.all) if (viewer.isOpen) viewer.show(view);
  }

  /** Ends all streams, or those that name a task. */
  end(error: Error, id?: string): void {
    for (const viewer of this.all)
      if (id === undefined || viewer.audience.watch.ids?.has(id)) viewer.fail(error);
  }

  private addAudience(key: string, watch: Watch): Audience {
    const audience = new Audience(watch);
    this.audiences.set(key, audience);
    for (const id of watch.ids ?? []) this.named.set(id, (this.named.get(id) ?? 0) + 1);
    return audience;
  }

  private removeAudience(key: string, { watch }: Audience): void {
    this.audiences.delete(key);
    for (const id of watch.ids ?? []) {
      const others = (this.named.get(id) ?? 1) - 1;
      if (others === 0) this.named.delete(id);
      else this.named.set(id, others);
    }
  }
}
