// The import rules (docs/architecture.md): down, never sideways, never up; each package has one home.
const folder = (name) => `^src/${name}/`;

/** Folder by folder, the folders that it may import. Any may import the types of `config`. */
const mayImport = {
  http: ['fast-path', 'resolvers', 'telemetry'],
  plugins: ['fast-path', 'translation', 'upstream', 'telemetry'],
  resolvers: ['fast-path', 'data-sources', 'translation', 'model'],
  'fast-path': [],
  'data-sources': ['translation', 'model', 'upstream', 'telemetry'],
  translation: ['model', 'upstream'],
  model: [],
  upstream: ['telemetry'],
  telemetry: [],
  sandbox: [],
};

/** Package by package, where it is at home. */
const homes = {
  '^got$': ['upstream/'],
  '^(http-proxy-agent|hpagent)$': ['upstream/'],
  '^proxy-from-env$': ['config/proxy.ts$'],
  '^cockatiel$': ['upstream/'],
  '^dataloader$': ['data-sources/'],
  '^p-limit$': ['data-sources/'],
  '^type-graphql$': ['model/', 'resolvers/', 'schema.ts$'],
  '^reflect-metadata$': ['schema.ts$'],
  '^graphql-scalars$': ['model/'],
  '^@apollo/server': ['apollo.ts$', 'gateway.ts$', 'http/', 'plugins/'],
  '^@apollo/utils.keyvaluecache$': ['apollo.ts$'],
  '^(@as-integrations/fastify|@fastify/compress|@fastify/cors|@fastify/rate-limit|@fastify/static|fastify)$':
    ['http/'],
  '^negotiator$': ['fast-path/'],
  '^lru-cache$': ['fast-path/', 'upstream/principal.ts$'],
  '^pino$': ['telemetry/'],
  '^zod$': ['config/', 'operation-manifest.ts$'],
  '^rfc6902$': ['sandbox/'],
  '^close-with-grace$': ['main.ts$'],
};

const inSrc = (paths) => paths.map((path) => `^src/${path}`).join('|');

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '^src/(main|index)\\.ts$' },
      to: {},
    },
    {
      name: 'main-is-on-top',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/(main|index)\\.ts$' },
    },
    {
      name: 'only-the-edges-know-the-gateway',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|index)\\.ts$' },
      to: { path: '^src/gateway\\.ts$' },
    },
    {
      name: 'schema-is-read-by-the-gateway',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(apollo|index)\\.ts$' },
      to: { path: '^src/schema\\.ts$' },
    },
    {
      name: 'schema-knows-resolvers-and-the-fast-path-only',
      severity: 'error',
      from: { path: '^src/schema\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(resolvers|fast-path)/' },
    },
    {
      name: 'config-knows-the-sandbox-settings-only',
      severity: 'error',
      from: { path: '^src/config(\\.ts$|/)' },
      to: {
        path: '^src/',
        pathNot: '^src/(config(\\.ts$|/)|operation-manifest\\.ts$|sandbox/settings\\.ts$)',
      },
    },
    {
      name: 'settings-are-read-by-config',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/config(\\.ts$|/)' },
      to: { path: '^src/operation-manifest\\.ts$' },
    },
    ...Object.entries(mayImport).map(([name, allowed]) => ({
      name: `${name}-imports-downward-only`,
      severity: 'error',
      from: { path: folder(name) },
      to: {
        path: '^src/',
        pathNot: [name, ...allowed].map(folder).concat(name === 'sandbox' ? [] : '^src/config\\.ts$'),
      },
    })),
    ...Object.entries(homes).map(([name, paths]) => ({
      name: `home-of-${name.replace(/[^a-z0-9-]/gi, '')}`,
      severity: 'error',
      from: { path: '^src/', pathNot: inSrc(paths) },
      to: { path: `node_modules/${name.slice(1).replace(/\$$/, '/')}` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
