import { type IncomingHttpHeaders } from 'node:http';
import { RateLimit } from './auth/rate-limit.js';
import { type SandboxSettings, changeSettings, startOnlyProblems } from './settings.js';
import { TaskStore } from './tasks/task-store.js';

/** A recorded call of the API. */
export interface SandboxCall {
  /** SailPoint's operationId, or `token`, `oauthInfo` or `unknown`. */
  operation: string;
  /** `beta` … `v1`. Empty for calls outside the task status API. */
  version: string;
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: string;
  /** 0 until answered. Stays 0 if the connection was closed without an answer. */
  status: number;
}

const callsKept = 10_000;

/** The state of a sandbox: tasks, settings, calls, rate limits, and the counters for faults. */
export class World {
  /** The latest 10000 calls since the last reset, oldest first. */
  readonly calls: SandboxCall[] = [];
  settings: SandboxSettings;
  store: TaskStore;
  rateLimit = new RateLimit();
  /** Number of calls since the last reset, including those no longer kept. */
  callCount = 0;
  /** Number of faults since the last reset or change of settings. */
  faultCount = 0;
  readonly #started: SandboxSettings;

  /** @param now Returns epoch ms. */
  constructor(
    settings: SandboxSettings,
    readonly now: () => number,
  ) {
    this.#started = settings;
    this.settings = settings;
    this.store = new TaskStore(settings, now());
  }

  /** Records a call. @returns Its number since the last reset, from 0. */
  witness(call: SandboxCall): number {
    this.calls.push(call);
    if (this.calls.length > callsKept) this.calls.shift();
    return this.callCount++;
  }

  /** Changes some settings. @throws RangeError naming every bad one. Then none is changed. */
  configure(patch: Readonly<Record<string, unknown>>): void {
    this.#change(this.settings, patch);
  }

  /** Restores the settings of the start, then changes some. @throws RangeError as `configure` does. */
  reconfigure(patch: Readonly<Record<string, unknown>>): void {
    this.#change(this.#started, patch);
  }

  /** Seeds the tasks again, restores the settings of the start, and clears calls and rate limits. */
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
