import { setImmediate } from 'node:timers/promises';
import type { Reading } from './config.js';

// The first process of a container gets only the signals that it listens for. Until there is something to finish, a
// signal exits at once. So everything slow is imported after this.
const signals = ['SIGTERM', 'SIGINT'] as const;
for (const signal of signals) process.on(signal, endAtOnce);

const { default: closeWithGrace } = await import('close-with-grace');
const { readConfig, readSandboxAddress } = await import('./config.js');
const { settingsHelp } = await import('./config/help.js');
const { readEnvFile } = await import('./config/env-file.js');
const { startGateway } = await import('./gateway.js');
const { startSandbox } = await import('./sandbox/sandbox.js');
const { readSandboxSettings, sandboxHelp } = await import('./sandbox/settings.js');
const { createLog } = await import('./telemetry/logger.js');

// The imports take about a second, in which no signal is handled. This pause lets signals through.
await setImmediate();

/** How long the sandbox may take to stop before the process exits, in milliseconds. */
const SANDBOX_STOP_TIMEOUT_MS = 10_000;

const [command, ...flags] = process.argv.slice(2);
if ([command, ...flags].some((flag) => flag === '--help' || flag === '-h')) {
  announce(command === 'sandbox' ? sandboxHelp() : settingsHelp());
} else {
  await (command === 'sandbox' ? serveSandbox() : serveGateway()).catch((error: unknown) => {
    fail([error instanceof Error ? error.message : String(error)]);
  });
}

async function serveGateway(): Promise<void> {
  const { config, sandbox, log } = readSettings(readConfig);
  const gateway = await startGateway(config, { log, sandbox });
  announce(`The gateway is ready: ${gateway.url}/graphql`);
  if (config.upstreamOrigin === undefined) {
    announce('It answers from its sandbox, with made-up tasks. Set SAIL_BASE_URL to ask a tenant.');
  }
  stopOnSignal(() => gateway.stop(), config.stopTimeoutMs, log);
}

async function serveSandbox(): Promise<void> {
  const { config, sandbox, log } = readSettings(readSandboxAddress);
  const started = await startSandbox({ ...config, settings: sandbox });
  announce(`The sandbox is ready: ${started.url}`);
  stopOnSignal(() => started.stop(), SANDBOX_STOP_TIMEOUT_MS, log);
}

/** Reads the settings, and creates a log, which gets their warnings. Exits if any is wrong. */
function readSettings<T extends { readonly logLevel: Parameters<typeof createLog>[0] }>(
  read: (environment: NodeJS.ProcessEnv) => Reading<T>,
): {
  config: T;
  sandbox: ReturnType<typeof readSandboxSettings>['settings'];
  log: ReturnType<typeof createLog>;
} {
  const file = readEnvFile('.env');
  // Empty variables are treated as unset.
  for (const [name, value] of Object.entries(file.variables))
    if (!process.env[name]?.trim()) process.env[name] = value;
  const sandbox = readSandboxSettings(process.env);
  const reading = read(process.env);
  const problems = [
    ...file.problems,
    ...('problems' in reading ? reading.problems : []),
    ...sandbox.problems,
  ];
  const warnings = [...file.warnings, ...reading.warnings];
  if (!('value' in reading) || problems.length > 0) return fail([...problems, ...warnings]);
  const log = createLog(reading.value.logLevel);
  for (const warning of warnings) log.warn(warning);
  return { config: reading.value, sandbox: sandbox.settings, log };
}

function fail(lines: readonly string[]): never {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  process.exit(1);
}

function announce(line: string): void {
  process.stdout.write(`${line}\n`);
}

function endAtOnce(): never {
  process.exit(0);
}

/** On a signal, finishes the operations in flight and exits with 0; on an uncaught error, with 1. */
function stopOnSignal(stop: () => Promise<void>, timeoutMs: number, log: ReturnType<typeof createLog>): void {
  for (const signal of signals) process.off(signal, endAtOnce);
  closeWithGrace({ delay: timeoutMs, logger: log }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'ending on an unexpected error');
    else log.info({ signal }, 'stopping');
    await stop();
  });
}
