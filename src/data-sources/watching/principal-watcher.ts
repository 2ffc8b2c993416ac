import { TaskState } from '../../model/enums.js';
import type { TaskStatus } from '../../model/task-status.model.js';
import { addTasks, type Watch } from '../../translation/task-changes.js';
import { hasEnded } from '../../translation/task-status.derived.js';
import type { Clock } from '../../upstream/clock.js';
import { statusOf, UpstreamError } from '../../upstream/upstream-error.js';
import { Audience } from './audience.js';
import { EndedTasks } from './ended-tasks.js';
import type { Poll } from './poll.js';
import { TaskViewer } from './task-viewer.js';
import { NOTHING, View, viewAfter, withoutEnded } from './view.js';

/** Every so many polls, the newest page is read too. It finds tasks that began and ended between two polls. */
const POLLS_PER_NEWEST = 10;

/** A view is stale after this time without a poll, and at least this many intervals. */
const STALE_MS = 30_000;
const STALE_INTERVALS = 3;

/** Minimum time between the beginnings of two polls. */
const MIN_INTERVAL_MS = 1_000;

export interface WatcherOptions {
  readonly clock: Clock;
  /** Begins a poll: in the foreground if a viewer waits for its first event. */
  readonly startPoll: (isForeground: boolean) => Poll;
  readonly intervalMs: (running: boolean, calls: number) => number;
  /** Called when nobody has watched for an interval. */
  readonly onIdle: () => void;
}

/** A poll in flight. */
interface PollInFlight {
  readonly reads: Poll;
  /** Settles once its view is shown. Resolves with the error if it failed. */
  readonly shown: Promise<unknown>;
  readonly done: Promise<void>;
}

/** Polls one principal's tasks while somebody watches them, and shows all viewers what it reads. */
export class PrincipalWatcher {
  private view: View | undefined;
  private readonly viewers = new Set<TaskViewer>();
  private readonly audiences = new Map<string, Audience>();
  private readonly old = new EndedTasks();
  private poll: PollInFlight | undefined;
  private began = -Infinity;
  private intervalMs = 0;
  /** Epoch milliseconds until which new viewers are served from the view. */
  private freshUntil = -Infinity;
  private pollsToNewest = 0;
  private isHinted = false;
  /** Tasks that the last poll could not look up. */
  private failed: ReadonlyMap<string, Error> = new Map();
  private cancelTimer = (): void => undefined;
  private cancelStale = (): void => undefined;

  constructor(private readonly options: WatcherOptions) {}

  /** `key` identifies the watch. Viewers with the same key share their events. */
  add(key: string, watch: Watch): TaskViewer {
    const audience = this.audiences.get(key) ?? new Audience(watch);
    this.audiences.set(key, audience);
    audience.size += 1;
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
    this.isHinted = true;
    if (this.viewers.size > 0) this.schedule();
  }

  /** Ends all streams. */
  end(error: Error): void {
    for (const viewer of this.viewers) viewer.finish(error);
  }

  /** Shows a viewer its first view, if need be after a poll that began when it had joined. */
  private async open(viewer: TaskViewer): Promise<void> {
    let error: unknown;
    await this.poll?.shown;
    if (this.viewers.has(viewer) && !this.covers(viewer)) {
      await this.poll?.done;
      if (this.viewers.has(viewer) && !this.covers(viewer))
        error = await (this.poll?.shown ?? this.start(true));
    }
    if (!this.viewers.has(viewer)) {
      this.schedule();
      return;
    }
    const unknown = this.unknownTo(viewer);
    if (this.view && unknown === undefined) viewer.show(this.view);
    else viewer.finish((error ?? this.failed.get(unknown ?? '')) as Error);
  }

  /** Whether the view is young enough, and has all tasks that the viewer names. */
  private covers(viewer: TaskViewer): boolean {
    return this.options.clock.now() < this.freshUntil && this.unknownTo(viewer) === undefined;
  }

  /** Returns a task that the viewer names, and of which nothing is known. */
  private unknownTo({ audience: { watch } }: TaskViewer): string | undefined {
    return [...(watch.ids ?? [])].find((id) => this.view?.all.has(id) !== true);
  }

  private remove(viewer: TaskViewer, key: string): void {
    if (!this.viewers.delete(viewer)) return;
    viewer.audience.size -= 1;
    if (viewer.audience.size === 0) this.audiences.delete(key);
    if (this.viewers.size === 0) this.poll?.reads.end();
  }

  /** Sets the timer for the next poll, or for the end of the watcher if nobody watches by then. */
  private schedule(): void {
    if (this.poll) return;
    const { clock, onIdle } = this.options;
    const at = this.began + (this.isHinted ? MIN_INTERVAL_MS : this.intervalMs);
    this.cancelTimer();
    this.cancelTimer = clock.after(Math.max(0, at - clock.now()), () => {
      if (this.viewers.size > 0) {
        void this.start(false);
        return;
      }
      this.cancelStale();
      onIdle();
    });
  }

  /** Polls. Settles once the view is shown. Resolves with the error if that failed. */
  private start(isForeground: boolean): Promise<unknown> {
    const { clock, startPoll } = this.options;
    this.cancelTimer();
    this.isHinted = false;
    this.forgetEnded();
    this.began = clock.now();
    const reads = startPoll(isForeground);
    const shown = this.readView(reads).then(
      () => undefined,
      (error: unknown) => {
        this.fail(error);
        return error;
      },
    );
    const done = shown
      .then((error) => (error === undefined ? this.readNewest(reads) : undefined))
      .catch((error: unknown) => {
        this.fail(error);
      })
      .finally(() => {
        reads.end();
        this.poll = undefined;
        this.intervalMs = this.options.intervalMs(this.isRunning(), Math.max(1, reads.calls));
        if (this.freshUntil > this.began) this.freshUntil = this.began + this.intervalMs;
        this.schedule();
      });
    this.poll = { reads, shown, done };
    return shown;
  }

  /** Reads the pending tasks, and looks up those that have left them and those that a viewer names. */
  private async readView(reads: Poll): Promise<void> {
    const { began } = this;
    const pending = (await reads.pending()).filter((task) => !this.old.has(task.id));
    const open = this.openIds(pending);
    const answers = open.length === 0 ? [] : await reads.byIds(open);

    const lookups = new Map(open.map((id, index) => [id, answers[index] ?? null]));
    const { view, failed, forbidden } = viewAfter(this.view ?? NOTHING, { pending, lookups }, began);
    for (const [id, error] of forbidden) this.endThoseWhoName(id, error);
    this.failed = failed;
    this.freshUntil = Infinity;
    this.show(view);
    this.cancelStale();
    this.cancelStale = this.options.clock.after(Math.max(STALE_MS, STALE_INTERVALS * this.intervalMs), () => {
      this.showStale();
    });
  }

  /** Reads the newest page if it is due. If that fails, the next poll tries again. */
  private async readNewest(reads: Poll): Promise<void> {
    if (this.pollsToNewest-- > 0 || this.viewers.size === 0) return;
    this.pollsToNewest = 0;
    const newest = await reads.newest();
    this.pollsToNewest = POLLS_PER_NEWEST - 1;
    const { view } = this;
    if (view === undefined) return;
    const known = addTasks(view.known, this.old.newsOf(newest));
    if (known !== view.known) this.show(new View(known, view.named, view.asOf, view.stale));
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
    const { view: rest, ended } = withoutEnded(view, names);
    for (const id of ended) this.old.add(id);
    this.view = rest;
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
