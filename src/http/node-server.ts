import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { refuseOnSocket } from './refusal.js';

/** How often to check for requests that take too long to arrive. */
const CHECK_MS = 1000;

/** How long a connection without a request is kept open. */
const KEEP_ALIVE_MS = 72_000;

/** How long requests may still take to arrive after the server begins to stop. */
const ARRIVAL_MS = 1000;

export interface NodeServerOptions {
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long a request may take to arrive. */
  readonly requestMs: number;
  /** Maximum number of open connections. Further ones are closed. */
  readonly connectionLimit: number;
}

/** Node's own server. It answers some requests before any route sees them. */
export interface NodeServer {
  readonly server: Server;
  /**
   * Ends each connection after its requests are answered, or after a second if none has arrived in full. For a server
   * that is closing.
   */
  readonly endConnections: () => void;
}

/** Creates a server that neither listens nor answers yet. */
export function createNodeServer({ headers, requestMs, connectionLimit }: NodeServerOptions): NodeServer {
  const server = createServer({
    ServerResponse: responseWith(headers),
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A missing host is refused later, with a reason, like an invalid one.
    requireHostHeader: false,
  });
  server.maxConnections = connectionLimit;
  server.on('connect', (_request, socket) => {
    refuseOnSocket(Object.assign(new Error(), { code: 'ERR_HTTP_CONNECT' }), socket, headers);
  });

  /** Responses of each connection that have not ended. */
  const connections = new Map<Socket, Set<ServerResponse>>();
  let ending = false;
  server.on('connection', (socket) => {
    const responses = new Set<ServerResponse>();
    connections.set(socket, responses);
    socket.once('close', () => {
      connections.delete(socket);
      // Node closes the response that is being sent, but none that waits for its turn.
      for (const response of responses)
        if (response.socket === null) {
          response.destroy();
          response.emit('close');
        }
    });
  });
  server.on('request', ({ socket }, response) => {
    const responses = connections.get(socket);
    responses?.add(response);
    response.on('close', () => {
      responses?.delete(response);
      if (ending && responses?.size === 0) socket.destroySoon();
    });
  });

  return {
    server,
    endConnections: () => {
      ending = true;
      setTimeout(() => {
        for (const [socket, responses] of connections)
          if ([...responses].every(({ req }) => !req.complete)) {
            // A client that sent nothing expects no answer, and might take one as the answer to its next request.
            if (socket.bytesRead > 0)
              refuseOnSocket(
                Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
                socket,
                headers,
              );
            socket.destroySoon();
          }
      }, ARRIVAL_MS).unref();
    },
  };
}

/** Returns a class whose answers have the headers from the start, also those of Node itself and of plugins. */
function responseWith(headers: NodeServerOptions['headers']): typeof ServerResponse<IncomingMessage> {
  const always = new Map(Object.entries(headers));
  return class extends ServerResponse {
    constructor(...args: ConstructorParameters<typeof ServerResponse>) {
      super(...args);
      this.setHeaders(always);
    }
  };
}
