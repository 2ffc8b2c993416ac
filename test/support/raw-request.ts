import { Agent, request } from 'node:http';

/** A request as it is written to the wire. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number | undefined;
  /** Names and values in turn, in the order in which they came. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

const agent = new Agent({ keepAlive: true });

/** Sends a request with these headers only, odd ones too, which fetch would mend or refuse. */
export function sendRaw(origin: string, { method, path, headers, body }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(
      `${origin}/`,
      { agent, method, path, headers: { ...headers, ...length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode,
            headers: response.rawHeaders,
            body: Buffer.concat(chunks),
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Closes idle connections. */
export function closeRaw(): void {
  agent.destroy();
}
