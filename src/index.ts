/** Exports for embedders, tests and benchmarks. */
export { settingsExample, settingsMarkdown } from './config/help.js';
export { readConfig, type Config, type Environment } from './config.js';
export { startGateway, type Gateway, type GatewayParts } from './gateway.js';
export { fastPathSafe } from './plugins/fast-path-safe.js';
export { startSandbox, type Sandbox, type SandboxCall, type SandboxOptions } from './sandbox/sandbox.js';
export { createSchema, createSubgraph, toSdl, toSubgraphSdl } from './schema.js';
