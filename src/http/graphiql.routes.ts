import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fileURLToPath } from 'node:url';

/** Where `npm run build` puts the page and, in a folder named for their route, its assets. */
const built = fileURLToPath(new URL('../../dist/graphiql/', import.meta.url));

/** Of the page, and of its assets too, besides those of every answer: a worker goes by the policy that its file came with. */
const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self' blob:",
    // Monaco places its lines and widgets by inline styles.
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
 * Serves GraphiQL: its page to browsers that open `/graphql`, to where `/` leads, and its assets at `/graphiql/`, which
 * never change under one name. Nothing of it comes from another host.
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
    if (!wantsPage(request)) done();
    else
      void reply
        .header('cache-control', 'no-cache')
        .sendFile('index.html', built, { cacheControl: false, etag: false, lastModified: false });
  });
}

/** Tells a browser that opens `/graphql` why there is no page, which Apollo Server's answer would not. */
export function refuseGraphiql(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!wantsPage(request)) done();
    else
      void reply
        .code(404)
        .type('text/plain; charset=utf-8')
        .send(
          'GraphiQL is off here: the setting GRAPHIQL=on turns it on. Clients POST their operations to this address.\n',
        );
  });
}

/** Whether a browser opens `/graphql` as a page: operations by GET have a query, or the hash of a persisted one. */
function wantsPage({ method, routeOptions, headers, query }: FastifyRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    routeOptions.url === '/graphql' &&
    headers.accept?.includes('text/html') === true &&
    !['query', 'extensions'].some((name) => name in (query as object))
  );
}
