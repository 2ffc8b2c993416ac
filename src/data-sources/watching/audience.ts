import type { TaskStatusChange } from '../../model/live.model.js';
import { changesSince, presentState, type Watch } from '../../translation/task-changes.js';
import type { View } from './view.js';

/**
 * Viewers that watch the same tasks. Those that were told the same view get the same event object, so what is made of it
 * once serves all of them.
 */
export class Audience {
  /** Viewers that it has now. */
  size = 0;
  private view: View | undefined;
  private events = new Map<View | undefined, TaskStatusChange | undefined>();

  constructor(readonly watch: Watch) {}

  /** The event that leads from the view that a viewer was told to this one. Undefined if they don't differ for it. */
  eventFor(told: View | undefined, view: View): TaskStatusChange | undefined {
    if (view !== this.view) {
      this.view = view;
      this.events = new Map();
    }
    if (!this.events.has(told)) this.events.set(told, toEvent(told, view, this.watch));
    return this.events.get(told);
  }
}

function toEvent(told: View | undefined, view: View, watch: Watch): TaskStatusChange | undefined {
  if (told?.isSameAs(view)) return undefined;
  const { changed, gone } = told ? changesSince(told, view, watch) : presentState(view, watch);
  const isNew = told === undefined || changed.length > 0 || gone.length > 0 || told.stale !== view.stale;
  if (!isNew) return undefined;
  return {
    changed: [...changed],
    gone: [...gone],
    asOf: new Date(view.asOf).toISOString(),
    stale: view.stale,
  };
}
