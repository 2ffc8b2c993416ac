import type { TaskStatus } from '../../model/task-status.model.js';
import { MAX_ROWS } from '../../translation/page.translator.js';
import type { Watch } from '../../translation/task-changes.js';
import type { Clock } from '../../upstream/clock.js';
import { isWithoutNews, statusOf, UpstreamError } from '../../upstream/upstream-error.js';
import { Freshness } from './freshness.js';
import { NewestPage } from './newest-page.js';
import type { Poll } from './poll.js';
import type { TaskViewer } from './task-viewer.js';
import { ViewState } from './view-state.js';
import { Viewers } from './viewers.js';

/** Minimum time between the beginnings of two polls. */
const MIN_INTERVAL_MS = 1_000;

export interface WatcherOptions {
  readonly clock: Clock;
  /** Begins a poll: in the foreground if a viewer waits for its first event. */
  readonly startPoll: (isForeground: boolean) => Poll;
  /** How long a read may take, of polls and of other reads of the principal. */
  readonly lateMs: number;
  readonly intervalMs: (running: boolean, calls: number) => number;
  /** Called when a viewer is shown no further view. */
  readonly onLeave: () => void;
  /** Called when nobody has watched for an interval. */
  readonly onIdle: () => void;
}

/** A poll in flight. */
interface PollInFlight {
  readonly reads: Poll;
  readonly isForeground: boolean;
  /** Settles once its view is shown. Resolves with the error if it failed. */
  readonly shown: Promise<unknown>;
}

/** For a viewer of which nothing was read, though nothing has failed. */
const NO_ANSWER = new UpstreamError({ failure: 'bad_response', text: 'the task is missing in the answer' });

/** Polls one principal's tasks while somebody watches them, and shows all viewers what it reads. */
export class PrincipalWatcher {
  private readonly viewers: Viewers;
  private readonly state: ViewState;
  private readonly freshness: Freshness;
  private readonly newest: NewestPage;
  private poll: PollInFlight | undefined;
  /** Lookups for viewers that have just joined. */
  private lookup: { readonly reads: Poll; readonly done: Promise<unknown> } | undefined;
  private began = -Infinity;
  private intervalMs = 0;
  /** Calls that the last poll took. */
  private calls = 1;
  /** Rows of the last poll. Before the first one, there may be many. */
  private pendingCount = MAX_ROWS;
  private isHinted = false;
  private cancelTimer = (): void => undefined;

  constructor(private readonly options: WatcherOptions) {
    this.viewers = new Viewers(() => {
      options.onLeave();
      if (this.viewers.size > 0) return;
      this.poll?.reads.end();
      this.lookup?.reads.end();
      this.newest.end();
    });
    this.state = new ViewState(
      options.lateMs,
      (id, error) => {
        this.viewers.end(error, id);
      },
      (view) => {
        this.viewers.show(view);
        this.schedule();
      },
    );
    this.newest = new NewestPage(
      () => options.startPoll(false),
      (newest, began) => {
        this.state.addNewest(newest, began);
      },
      (error) => {
        if (isRefusal(error)) this.fail(error);
      },
    );
    this.freshness = new Freshness(
      options.clock,
      () => this.presentInterval(),
      () => {
        this.state.markStale();
      },
    );
  }

  /** `key` identifies the watch. Viewers with the same key share their events. */
  add(key: string, watch: Watch): TaskViewer {
    const viewer = this.viewers.add(key, watch);
    void this.open(viewer);
    return viewer;
  }

  /** Viewers that wait for events. */
  get size(): number {
    return this.viewers.size;
  }

  /** Whether somebody watches, and the upstream has answered. */
  get isPolling(): boolean {
    return this.viewers.size > 0 && this.state.view !== undefined;
  }

  /** Shows viewers what other reads of the principal brought. */
  learn(tasks: readonly TaskStatus[]): void {
    this.state.learn(tasks, this.options.clock.now());
  }

  /** Polls as soon as a second has passed since the last poll began. */
  pollSoon(): void {
    this.isHinted = true;
    if (this.viewers.size > 0) this.schedule();
  }

  /** Ends all streams. */
  end(error: Error): void {
    this.viewers.end(error);
  }

  /** Shows a viewer its first view, if need be after reading what is unknown to it. */
  private async open(viewer: TaskViewer): Promise<void> {
    // A viewer doesn't wait for a poll that waits for its turn in the background.
    if (this.poll?.isForeground === false && this.poll.reads.calls === 0 && this.waits(viewer))
      this.poll.reads.end();
    let error = await this.poll?.shown;
    await this.lookup?.done;
    const hasFailed = error !== undefined && !isWithoutNews(error);
    if (this.waits(viewer) && !hasFailed)
      error = await (this.freshness.isFresh ? this.lookUpNames() : this.pollFor(viewer));
    if (!this.viewers.has(viewer)) {
      this.schedule();
      return;
    }
    const { view, failures } = this.state;
    const [unknown] = this.unknownTo(viewer);
    if (view && unknown === undefined) {
      viewer.show(view);
      this.schedule();
    } else viewer.fail((error ?? failures.get(unknown ?? '') ?? NO_ANSWER) as Error);
  }

  /** Polls in the foreground, unless a poll has begun since the viewer joined. Resolves with the error if it failed. */
  private pollFor(viewer: TaskViewer): Promise<unknown> {
    return this.waits(viewer) ? (this.poll?.shown ?? this.start(true)) : Promise.resolve();
  }

  /** Whether the view is too old for the viewer, or lacks tasks that it names. */
  private waits(viewer: TaskViewer): boolean {
    return this.viewers.has(viewer) && (!this.freshness.isFresh || this.unknownTo(viewer).length > 0);
  }

  /** Returns the tasks that the viewer names, and of which nothing is known. */
  private unknownTo({ audience: { watch } }: TaskViewer): string[] {
    return this.state.unknownOf(watch.ids ?? []);
  }

  /** Sets the timer for the next poll, or for the end if nobody watches by then. Depends on what runs, and who watches. */
  private schedule(): void {
    if (this.poll) return;
    const { clock, onIdle } = this.options;
    this.intervalMs = this.presentInterval();
    const at = this.began + (this.isHinted ? MIN_INTERVAL_MS : this.intervalMs);
    this.cancelTimer();
    this.cancelTimer = clock.after(Math.max(0, at - clock.now()), () => {
      if (this.viewers.size > 0) {
        void this.start(false);
        return;
      }
      this.freshness.end();
      onIdle();
    });
  }

  /** Polls. Settles once the view is shown. Resolves with the error if that failed. */
  private start(isForeground: boolean): Promise<unknown> {
    const { clock, startPoll } = this.options;
    this.cancelTimer();
    this.isHinted = false;
    this.state.forgetEnded(this.viewers.oldestTold(), this.viewers.names, clock.now());
    this.began = clock.now();
    const reads = startPoll(isForeground);
    const shown = this.readView(reads)
      .then(() => undefined)
      .catch((error: unknown) => {
        this.fail(error);
        return error;
      })
      .finally(() => {
        reads.end();
        this.poll = undefined;
        this.schedule();
      });
    this.poll = { reads, isForeground, shown };
    return shown;
  }

  /** While nobody watches, the interval stays as it was: it says how long the watcher is kept. */
  private presentInterval(): number {
    const { viewers, state, calls, options } = this;
    return viewers.size === 0
      ? this.intervalMs
      : options.intervalMs(state.isRunning(viewers.watches()), calls);
  }

  /** Reads the pending tasks, and looks up those that have left them and those that a viewer names. */
  private async readView(reads: Poll): Promise<void> {
    const { began, state } = this;
    const pending = await reads.pending(this.pendingCount >= MAX_ROWS);
    this.pendingCount = pending.length;
    const lookups = await reads.byIds(state.openIds(pending, this.viewers.names.keys()));
    state.addAnswers({ pending, lookups }, began);
    const hasNewest = this.viewers.size > 0 && this.newest.startIfDue(began, this.intervalMs);
    this.calls = Math.max(1, reads.calls) + (hasNewest ? 1 : 0);
    this.freshness.polled(began);
  }

  /** Looks up the tasks that viewers name and of which nothing is known. Resolves with the error if that fails. */
  private lookUpNames(): Promise<unknown> {
    if (this.lookup) return this.lookup.done;
    const { state } = this;
    const reads = this.options.startPoll(true);
    const done = reads
      .byIds(state.unknownOf(this.viewers.names.keys()))
      .then((lookups) => {
        state.addLookups(lookups);
      })
      .catch((error: unknown) => {
        this.fail(error);
        return error;
      })
      .finally(() => {
        reads.end();
        this.lookup = undefined;
      });
    this.lookup = { reads, done };
    return done;
  }

  private fail(error: unknown): void {
    if (isRefusal(error)) {
      this.state.reset();
      this.freshness.end();
      this.end(error as Error);
    } else if (!isWithoutNews(error)) this.state.markStale();
  }
}

/** Whether the upstream refuses the principal. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status === 401 || status === 403;
}
