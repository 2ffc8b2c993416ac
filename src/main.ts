import { setFlagsFromString } from 'node:v8';
import closeWithGrace from 'close-with-grace';
import { readConfig, readSandboxAddress, type Reading } from './config.js';
import { startGateway } from './gateway.js';
import { startSandbox } from './sandbox/sandbox.js';
import { readSandboxSettings, sandboxHelp } from './sandbox/settings.js';
import { createLog } from './telemetry/logger.js';

/** How long the sandbox may take to stop before the process ends all the same. */
const SANDBOX_STOP_SECONDS = 10;

// V8 lets a small heap grow fourfold before it looks for what is left of long answers; to look sooner takes 20 MB less.
setFlagsFromString('--heap-growing-percent=60');

const [command, ...flags] = process.argv.slice(2);
try {
  process.loadEnvFile('.env');
} catch {
  // There need not be one. What is set already wins over it.
}

if (command === 'sandbox' && (flags.includes('--help') || flags.includes('-h'))) {
  process.stdout.write(`${sandboxHelp()}\n`);
} else {
  await (command === 'sandbox' ? serveSandbox() : serveGateway()).catch((error: unknown) => {
    fail([error instanceof Error ? error.message : String(error)]);
  });
}

async function serveGateway(): Promise<void> {
  const sandbox = sandboxSettings();
  const config = valueOf(readConfig(process.env), sandbox.problems);
  const gateway = await startGateway(config, { sandbox: sandbox.settings });
  announce(`The gateway is ready: ${gateway.url}/graphql`);
  if (config.upstreamOrigin === undefined) {
    announce('It answers from its sandbox, with made-up tasks. Set SAIL_BASE_URL to ask a tenant.');
  }
  stopOnSignal(() => gateway.stop(), config.stopSeconds, config.logLevel);
}

async function serveSandbox(): Promise<void> {
  const { settings, problems } = sandboxSettings();
  const { host, port, logLevel } = valueOf(readSandboxAddress(process.env), problems);
  const sandbox = await startSandbox({ host, port, settings });
  announce(`The sandbox is ready: ${sandbox.url}`);
  stopOnSignal(() => sandbox.stop(), SANDBOX_STOP_SECONDS, logLevel);
}

function sandboxSettings(): ReturnType<typeof readSandboxSettings> {
  return readSandboxSettings(process.env);
}

/** The settings; or the end of the process, once every problem is told. */
function valueOf<T>(reading: Reading<T>, others: readonly string[]): T {
  const problems = [...('problems' in reading ? reading.problems : []), ...others];
  if ('value' in reading && problems.length === 0) return reading.value;
  return fail(problems);
}

function fail(problems: readonly string[]): never {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  process.exit(1);
}

function announce(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** On a signal finishes what is under way and ends with 0; on an error that nobody caught, with 1. */
function stopOnSignal(
  stop: () => Promise<void>,
  seconds: number,
  logLevel: Parameters<typeof createLog>[0],
): void {
  const log = createLog(logLevel);
  closeWithGrace({ delay: seconds * 1000, logger: log }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'ending on an unexpected error');
    else log.info({ signal }, 'stopping');
    await stop();
  });
}
