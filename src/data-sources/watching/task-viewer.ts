import type { TaskStatusChange } from '../../model/live.model.js';
import { haveAllEnded } from '../../translation/task-changes.js';
import type { Audience } from './audience.js';
import type { View } from './view.js';

type Next = IteratorResult<TaskStatusChange, undefined>;

const DONE: Next = { done: true, value: undefined };
const complete = (): Promise<Next> => Promise.resolve(DONE);

/**
 * The events of one viewer. There is no queue: an event leads from what the viewer was told to the latest view, so a slow
 * viewer gets fewer events. Completes when all tasks of `ids` have ended or are gone. Call `next` again only once it has
 * settled.
 */
export class TaskViewer implements AsyncIterableIterator<TaskStatusChange, undefined, undefined> {
  private told: View | undefined;
  private view: View | undefined;
  private end: (() => Promise<Next>) | undefined;
  private parked: ((next: Promise<Next> | Next) => void) | undefined;

  /** `onLeave` is called when no new view needs to be shown any more, perhaps more than once. */
  constructor(
    readonly audience: Audience,
    private readonly onLeave: (viewer: TaskViewer) => void,
  ) {}

  /** Whether it has been shown a view. */
  get isOpen(): boolean {
    return this.view !== undefined;
  }

  /** The view that it was told last. Undefined before its first event. */
  get toldView(): View | undefined {
    return this.told;
  }

  show(view: View): void {
    this.view = view;
    this.settle();
  }

  /** Ends the events with an error. */
  fail(error: Error): void {
    this.finish(() => Promise.reject(error));
  }

  /** Ends the events without an error. */
  complete(): void {
    this.finish(complete);
  }

  next(): Promise<Next> {
    return new Promise((resolve) => {
      this.parked = resolve;
      this.settle();
    });
  }

  return(): Promise<Next> {
    this.end = complete;
    this.view = this.told;
    this.complete();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private finish(end: () => Promise<Next>): void {
    this.end ??= end;
    this.onLeave(this);
    this.settle();
  }

  /** Resolves the parked `next`, if there is something for it. */
  private settle(): void {
    const { parked } = this;
    if (parked === undefined) return;
    const next = this.nextEvent() ?? this.end?.();
    if (next === undefined) return;
    this.parked = undefined;
    parked(next);
  }

  private nextEvent(): Next | undefined {
    const { view, told, audience } = this;
    if (view === undefined || view === told) return undefined;
    const value = audience.eventFor(told, view);
    this.told = view;
    const { ids } = audience.watch;
    if (ids && haveAllEnded(view, ids)) {
      this.end ??= complete;
      this.onLeave(this);
    }
    return value && { done: false, value };
  }
}
