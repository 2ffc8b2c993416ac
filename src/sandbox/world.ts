import { type IncomingHttpHeaders } from 'node:http';
import { RateLimit } from './auth/rate-limit.js';
import { type SandboxSettings, changeSettings, startOnlyProblems } from './settings.js';
import { TaskStore } from './tasks/task-store.js';

/** A call of the API, as the sandbox witnessed it. */
export interface SandboxCall {
  /** The vendor's operationId, or `token`, `oauthInfo`, `unknown`. */
  operation: string;
  /** `beta` … `v1`; empty for calls outside the task status API. */
  version: string;
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: string;
  /** 0 until answered, and for ever when the connection was dropped. */
  status: number;
}

const callsKept = 10_000;

/** Everything of a sandbox that changes: tasks, settings, calls, and the counters that pace faults. */
export class World {
  /** The latest 10000 calls since the last reset, oldest first. */
  readonly calls: SandboxCall[] = [];
  settings: SandboxSettings;
  store: TaskStore;
  rateLimit = new RateLimit();
  /** Calls since the last reset, whether kept or not. */
  callCount = 0;
  /** Faults since the settings last changed. */
  faultCount = 0;
  readonly #started: SandboxSettings;

  /** @param now Epoch ms. */
  constructor(
    settings: SandboxSettings,
    readonly now: () => number,
  ) {
    this.#started = settings;
    this.settings = settings;
    this.store = new TaskStore(settings, now());
  }

  /** Keeps a call. @returns Its number since the last reset, from 0. */
  witness(call: SandboxCall): number {
    this.calls.push(call);
    if (this.calls.length > callsKept) this.calls.shift();
    return this.callCount++;
  }

  /** Changes some settings. @throws RangeError naming every setting that can't be changed so; then none is. */
  configure(patch: Readonly<Record<string, unknown>>): void {
    this.#change(this.settings, patch);
  }

  /** Puts all settings back to those of the start, with some changed. @throws RangeError as `configure`. */
  reconfigure(patch: Readonly<Record<string, unknown>>): void {
    this.#change(this.#started, patch);
  }

  /** Starts over: tasks seeded as if just started, settings as at the start, no calls. */
  reset(): void {
    this.settings = this.#started;
    this.store = new TaskStore(this.settings, this.now());
    this.rateLimit = new RateLimit();
    this.calls.length = 0;
    this.callCount = 0;
    this.faultCount = 0;
  }

  #change(from: SandboxSettings, patch: Readonly<Record<string, unknown>>): void {
    const { settings, problems } = changeSettings(from, patch);
    const all = [...problems, ...startOnlyProblems(patch)];
    if (all.length > 0) throw new RangeError(all.join('; '));
    this.settings = settings;
    this.faultCount = 0;
  }
}
