import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fileURLToPath } from 'node:url';

/** Where `npm run build` puts the page and, in a folder named after their route, its assets. */
const built = fileURLToPath(new URL('../../dist/graphiql/', import.meta.url));

/**
 * Headers of the page and of its assets, besides those of every answer. Assets need them too, because a worker follows
 * the policy that its own file came with.
 */
const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self' blob:",
    // Monaco positions its lines and widgets with inline styles.
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
};

/**
 * Serves GraphiQL: its page to browsers that open `/graphql`, and its assets at `/graphiql/`. `/` redirects to the
 * page. An asset never changes under the same name. Nothing is loaded from another host.
 */
export function serveGraphiql(app: FastifyInstance): void {
  void app.register(fastifyStatic, {
    root: `${built}graphiql`,
    prefix: '/graphiql/',
    index: false,
    preCompressed: true,
    maxAge: '1y',
    immutable: true,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
      response.setHeader('vary', 'Accept, Accept-Encoding');
    },
  });
  app.get('/', (_request, reply) => reply.redirect('/graphql'));
  app.addHook('onRequest', (request, reply, done) => {
    if (!wantsHtml(request)) done();
    else
      void reply
        .header('cache-control', 'no-cache')
        .sendFile('index.html', built, { cacheControl: false, etag: false, lastModified: false });
  });
}

/** Answers browsers that open `/graphql` with why there is no page. Apollo Server's answer wouldn't say. */
export function refuseGraphiql(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!wantsHtml(request)) done();
    else
      void reply
        .code(404)
        .type('text/plain; charset=utf-8')
        .send(
          'GraphiQL is off here: the setting GRAPHIQL=on turns it on. Clients POST their operations to this address.\n',
        );
  });
}

/** Whether a browser opens `/graphql` as a page. An operation by GET has a query, or the hash of a persisted one. */
function wantsHtml({ method, routeOptions, headers, query }: FastifyRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    routeOptions.url === '/graphql' &&
    headers.accept?.includes('text/html') === true &&
    !['query', 'extensions'].some((name) => name in (query as object))
  );
}
