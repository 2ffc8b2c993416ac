import { TaskState } from '../../model/enums.js';
import type { TaskStatus } from '../../model/task-status.model.js';
import { addTasks, hasEnded, type Watch } from '../../translation/task-changes.js';
import type { Clock } from '../../upstream/clock.js';
import { statusOf, UpstreamError } from '../../upstream/upstream-error.js';
import { Audience, View } from './audience.js';
import { EndedTasks } from './ended-tasks.js';
import { TaskViewer } from './task-viewer.js';

/** Every so many polls, the newest page is read too. It finds tasks that began and ended between two polls. */
const POLLS_PER_NEWEST = 10;

/** A view is stale after this time without a poll, and at least this many intervals. */
const STALE_MS = 30_000;
const STALE_INTERVALS = 3;

/** Minimum time between the beginnings of two polls. */
const MIN_INTERVAL_MS = 1_000;

const NOTHING = new View(new Map(), new Map(), 0, false);

/** The reads of one poll. Any of them may throw. */
export interface Poll {
  pending(): Promise<readonly TaskStatus[]>;
  /** In the order of the ids. Null if the upstream has no such task. */
  byIds(ids: readonly string[]): Promise<readonly (TaskStatus | Error | null)[]>;
  /** The newest tasks of the list, in any state. */
  newest(): Promise<readonly TaskStatus[]>;
  /** Calls that it took so far. */
  readonly calls: number;
  /** Aborts the calls in flight. Called once it is over as well. */
  end(): void;
}

export interface WatcherOptions {
  readonly clock: Clock;
  /** Begins a poll: in the foreground if a viewer waits for its first event. */
  readonly startPoll: (isForeground: boolean) => Poll;
  readonly intervalMs: (running: boolean, calls: number) => number;
  /** Called when nobody has watched for an interval. */
  readonly onIdle: () => void;
}

/** Polls one principal's tasks while somebody watches them, and shows all viewers what it reads. */
export class PrincipalWatcher {
  private view: View | undefined;
  private readonly viewers = new Set<TaskViewer>();
  private readonly audiences = new Map<string, Audience>();
  private poll: { readonly reads: Poll; readonly done: Promise<unknown> } | undefined;
  private began = -Infinity;
  private intervalMs = 0;
  private polls = 0;
  private cancelPoll = (): void => undefined;
  private cancelStale = (): void => undefined;
  private readonly old = new EndedTasks();

  constructor(private readonly options: WatcherOptions) {}

  /** `key` identifies the watch. Viewers with the same key share their events. */
  add(key: string, watch: Watch): TaskViewer {
    const audience = this.audiences.get(key) ?? new Audience(watch);
    this.audiences.set(key, audience);
    const viewer = new TaskViewer(audience, () => {
      this.remove(viewer, key);
    });
    this.viewers.add(viewer);
    void this.open(viewer);
    return viewer;
  }

  /** Shows viewers what other reads of the principal brought. A task that ended before anybody watched is no news. */
  learn(tasks: readonly TaskStatus[]): void {
    const { view } = this;
    if (view === undefined) return;
    const news = tasks.filter(
      (task) => view.known.has(task.id) || (!hasEnded(task) && !this.old.has(task.id)),
    );
    const known = addTasks(view.known, news);
    if (known !== view.known) this.show(new View(known, view.named, this.options.clock.now(), view.stale));
  }

  /** Polls as soon as a second has passed since the last poll began. */
  pollSoon(): void {
    if (this.viewers.size > 0 && this.poll === undefined)
      this.pollAt(Math.max(this.options.clock.now(), this.began + MIN_INTERVAL_MS));
  }

  /** Ends all streams. */
  end(error: Error): void {
    for (const viewer of this.viewers) viewer.finish(error);
  }

  /** Shows a viewer its first view, if need be after a poll that began when it had joined. */
  private async open(viewer: TaskViewer): Promise<void> {
    await this.poll?.done;
    const error = this.covers(viewer) ? undefined : await (this.poll?.done ?? this.start(true));
    if (this.view) viewer.show(this.view);
    else viewer.finish(error as Error);
  }

  /** Whether the view is younger than an interval, and has all tasks that the viewer names. */
  private covers({ audience: { watch } }: TaskViewer): boolean {
    const { view, began, intervalMs, options } = this;
    if (view === undefined || options.clock.now() - began >= intervalMs) return false;
    return [...(watch.ids ?? [])].every((id) => view.all.has(id));
  }

  private remove(viewer: TaskViewer, key: string): void {
    if (!this.viewers.delete(viewer)) return;
    if (![...this.viewers].some(({ audience }) => audience === viewer.audience)) this.audiences.delete(key);
    if (this.viewers.size > 0) return;
    this.poll?.reads.end();
    this.cancelStale();
    const { clock, onIdle } = this.options;
    this.cancelPoll();
    this.cancelPoll = clock.after(Math.max(0, this.began + this.intervalMs - clock.now()), onIdle);
  }

  private pollAt(at: number): void {
    const { clock } = this.options;
    this.cancelPoll();
    this.cancelPoll = clock.after(Math.max(0, at - clock.now()), () => {
      void this.start(false);
    });
  }

  /** Polls. Resolves with the error if that failed. */
  private start(isForeground: boolean): Promise<unknown> {
    const { clock, startPoll, intervalMs } = this.options;
    this.cancelPoll();
    this.forgetEnded();
    const began = (this.began = clock.now());
    const reads = startPoll(isForeground);
    const done = this.read(reads)
      .then(
        ({ known, named }) => {
          this.show(new View(known, named, began, false));
        },
        (error: unknown) => {
          this.fail(error);
          return error;
        },
      )
      .finally(() => {
        reads.end();
        this.poll = undefined;
        this.intervalMs = intervalMs(this.isRunning(), Math.max(1, reads.calls));
        if (this.viewers.size === 0) return;
        this.pollAt(began + this.intervalMs);
        this.cancelStale();
        this.cancelStale = clock.after(Math.max(STALE_MS, STALE_INTERVALS * this.intervalMs), () => {
          this.showStale();
        });
      });
    this.poll = { reads, done };
    return done;
  }

  private async read(reads: Poll): Promise<Pick<View, 'known' | 'named'>> {
    const isNewest = this.polls++ % POLLS_PER_NEWEST === 0;
    const pending = (await reads.pending()).filter((task) => !this.old.has(task.id));
    const open = this.openIds(pending);
    const answers = open.length === 0 ? [] : await reads.byIds(open);
    const newest = isNewest ? await reads.newest() : [];

    const missing: string[] = [];
    const found: TaskStatus[] = [];
    let failure: Error | undefined;
    answers.forEach((answer, index) => {
      const id = open[index] ?? '';
      if (answer === null) missing.push(id);
      else if (!(answer instanceof Error)) found.push(answer);
      else if (statusOf(answer) === 403) {
        missing.push(id);
        this.endThoseWhoName(id, answer);
      } else failure = answer;
    });
    // A task that had ended before anybody watched is only for those who name it.
    const { known: before, named: namedBefore } = this.view ?? NOTHING;
    const isForAll = (id: string): boolean => before.has(id);
    const known = addTasks(
      before,
      [...pending, ...found.filter((task) => isForAll(task.id) || !hasEnded(task))],
      missing.filter(isForAll),
    );
    const named = addTasks(
      namedBefore,
      found.filter((task) => !isForAll(task.id) && hasEnded(task)),
      missing.filter((id) => !isForAll(id)),
    );
    if (failure) {
      if (this.view) this.show(new View(known, named, this.view.asOf, this.view.stale));
      throw failure;
    }
    return { known: isNewest ? addTasks(known, this.old.newsOf(newest)) : known, named };
  }

  /** Ids to look up: pending tasks that the list lacks, and tasks that a viewer names and of which nothing is known. */
  private openIds(pending: readonly TaskStatus[]): string[] {
    const { known, all } = this.view ?? NOTHING;
    const open = new Set<string>();
    for (const [id, task] of known) if (task && !hasEnded(task)) open.add(id);
    for (const { watch } of this.audiences.values())
      for (const id of watch.ids ?? []) if (!all.has(id)) open.add(id);
    for (const { id } of pending) open.delete(id);
    return [...open];
  }

  /** Forgets what has ended or is gone, once all viewers were told. */
  private forgetEnded(): void {
    const { view, viewers, audiences } = this;
    if (view === undefined || ![...viewers].every((viewer) => viewer.hasSeen(view))) return;
    const names = new Set([...audiences.values()].flatMap(({ watch }) => [...(watch.ids ?? [])]));
    const known = new Map(view.known);
    for (const [id, task] of view.known)
      if (!names.has(id) && (task === null || hasEnded(task))) {
        known.delete(id);
        if (task) this.old.add(id);
      }
    const named = new Map([...view.named].filter(([id]) => names.has(id)));
    if (known.size < view.known.size || named.size < view.named.size)
      this.view = new View(known, named, view.asOf, view.stale);
  }

  private isRunning(): boolean {
    return [...(this.view?.known.values() ?? [])].some((task) => task?.state === TaskState.RUNNING);
  }

  private show(view: View): void {
    this.view = view;
    for (const viewer of this.viewers) if (viewer.isOpen) viewer.show(view);
  }

  private showStale(): void {
    if (this.view && !this.view.stale) this.show(this.view.toStale());
  }

  private fail(error: unknown): void {
    const status = statusOf(error);
    if (status === 401 || status === 403) this.end(error as Error);
    else if (!isWithoutNews(error)) this.showStale();
  }

  private endThoseWhoName(id: string, error: Error): void {
    for (const viewer of this.viewers) if (viewer.audience.watch.ids?.has(id)) viewer.finish(error);
  }
}

/** Whether the call was held back by the rate limit, or nobody waited for it. That says nothing about the upstream. */
function isWithoutNews(error: unknown): boolean {
  const failure = error instanceof UpstreamError ? error.details.failure : undefined;
  return failure === 'rate_limited' || failure === 'cancelled';
}
