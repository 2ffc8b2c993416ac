import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { InMemoryLRUCache, PrefixingKeyValueCache } from '@apollo/utils.keyvaluecache';
import type { Config } from './config.js';
import {
  createCompiledOperationCache,
  type CompiledOperationCache,
} from './fast-path/compiled-operation-cache.js';
import { createSubscriptions, type Subscriptions } from './fast-path/subscription.js';
import { answerHeadersPlugin } from './plugins/answer-headers.plugin.js';
import { errorCodesPlugin } from './plugins/error-codes.plugin.js';
import { createErrorMask, formatError } from './plugins/error-mask.js';
import { fastPathPlugin } from './plugins/fast-path.plugin.js';
import { fastPathSafe, isFastPathSafe } from './plugins/fast-path-safe.js';
import { inlineTracePlugin } from './plugins/inline-trace.plugin.js';
import { loneSurrogatesPlugin } from './plugins/lone-surrogates.plugin.js';
import { longTextsPlugin } from './plugins/long-texts.plugin.js';
import { mayBeAppliedPlugin } from './plugins/may-be-applied.plugin.js';
import { limitOperations } from './plugins/operation-limits.rule.js';
import { persistedHashPlugin } from './plugins/persisted-hash.plugin.js';
import { responseStatusPlugin } from './plugins/response-status.plugin.js';
import { hasRouterKey } from './plugins/router-key.js';
import { createPersistedDocuments, type PersistedDocuments } from './plugins/persisted-documents.js';
import { persistedDocumentsPlugin } from './plugins/persisted-documents.plugin.js';
import { refuseServiceIntrospection } from './plugins/service-introspection.rule.js';
import { subscriptionsPlugin } from './plugins/subscriptions.plugin.js';
import { limitSubscriptions } from './plugins/subscriptions.rule.js';
import type { OperationContext } from './resolvers/context.js';
import { createSchema, createSubgraph } from './schema.js';
import { type Log } from './telemetry/logger.js';

/** Maximum automatic persisted queries to cache: their number, and characters in total. */
const PERSISTED_QUERIES = { max: 1000, maxSize: 4 * 1024 * 1024 };

type Plugins = readonly ApolloServerPlugin<OperationContext>[];

/** What answers operations. */
interface Paths {
  /** The full path. */
  readonly apollo: ApolloServer<OperationContext>;
  /** The cache of the fast path; undefined if that is off. */
  readonly compiledOperations: CompiledOperationCache | undefined;
  /** Runs the subscriptions that the full path has accepted. */
  readonly subscriptions: Subscriptions;
}

/** Creates what answers operations. */
export function createApollo(config: Config, log: Log, others: Plugins): Paths {
  const { limits, persistedOperations } = config;
  const schema = createSubgraph(createSchema(), limits.entities);
  const documents = persistedOperations && createPersistedDocuments(persistedOperations.operations);
  // Apollo Server would prefix its keys. Nothing else is kept here, so no prefix is needed.
  const registered = PrefixingKeyValueCache.cacheDangerouslyDoesNotNeedPrefixesForIsolation(
    new InMemoryLRUCache<string>(PERSISTED_QUERIES),
  );
  const plugins = [...pluginsFor(config, documents, log), ...others];
  const compiledOperations = mayTakeFastPath(config, plugins, log)
    ? createCompiledOperationCache(schema, {
        admits: (source) => documents?.serves(source) ?? true,
        textOf: (sha256) => (documents ? Promise.resolve(documents.byId(sha256)) : registered.get(sha256)),
      })
    : undefined;
  const executionOptions = { maxCoercionErrors: limits.errors - 1 };
  const mask = createErrorMask(log, config.introspection);
  const apollo = new ApolloServer<OperationContext>({
    schema,
    nodeEnv: config.production ? 'production' : '',
    introspection: config.introspection,
    validationRules: [
      limitOperations(limits),
      limitSubscriptions,
      ...(config.introspection ? [] : [refuseServiceIntrospection]),
    ],
    parseOptions: { maxLexicalTokens: limits.tokens },
    // graphql-js adds its own "too many errors" error; leave room for it.
    validationOptions: { maxErrors: limits.errors - 1 },
    executionOptions,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: mask,
    // Apollo's default appends a newline, for which V8 copies the whole answer.
    stringifyResult: (result) => JSON.stringify(result),
    logger: log,
    csrfPrevention: true,
    allowBatchedHttpRequests: config.batchLimit > 0,
    persistedQueries: { cache: registered },
    plugins: [...plugins, ...(compiledOperations ? [fastPathPlugin(compiledOperations, log)] : [])],
  });
  const subscriptions = createSubscriptions(schema, (thrown) => formatError(thrown, mask), executionOptions);
  return { apollo, compiledOperations, subscriptions };
}

/** The gateway's own plugins, in their order. */
function pluginsFor(config: Config, documents: PersistedDocuments | undefined, log: Log): Plugins {
  const { persistedOperations, routerKey } = config;
  return [
    persistedHashPlugin(),
    ...(persistedOperations && documents
      ? [persistedDocumentsPlugin({ documents, mode: persistedOperations.mode, routerKey, log })]
      : []),
    loneSurrogatesPlugin(),
    longTextsPlugin(),
    answerHeadersPlugin(),
    responseStatusPlugin(),
    mayBeAppliedPlugin(),
    errorCodesPlugin(),
    subscriptionsPlugin(),
    inlineTracePlugin((request) => !config.production || hasRouterKey(request, routerKey)),
    // Cache control instruments every field; reporting would send operations elsewhere if a key is set.
    fastPathSafe(ApolloServerPluginCacheControlDisabled()),
    fastPathSafe(ApolloServerPluginLandingPageDisabled()),
    fastPathSafe(ApolloServerPluginSchemaReportingDisabled()),
    fastPathSafe(ApolloServerPluginUsageReportingDisabled()),
  ];
}

/** Whether the fast path is on: its setting is on, and every plugin is safe for it. */
function mayTakeFastPath({ fastPath }: Config, plugins: Plugins, log: Log): boolean {
  const unsafe = plugins.filter((plugin) => !isFastPathSafe(plugin)).length;
  if (fastPath && unsafe > 0)
    log.warn({ plugins: unsafe }, 'the fast path is off: a plugin is not marked as safe for it');
  return fastPath && unsafe === 0;
}
