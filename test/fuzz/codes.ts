import { expect } from '@jest/globals';

/** The codes of the contract, except the one for a fault of the gateway. */
const known = new Set([
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'RATE_LIMITED',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_BAD_RESPONSE',
  'OPERATION_TOO_COSTLY',
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
]);

/** Cases of a fuzz test: `FUZZ_RUNS`, or as many as fit into a run of the whole suite. */
export const runs = (count: number): number => Number(process.env['FUZZ_RUNS'] ?? count);

/** What a gateway answered, and how often. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** Counts an answer, which is JSON below 500 with nothing but coded errors. */
  async take(reply: Response): Promise<{ data?: unknown }> {
    const text = await reply.text();
    const body = JSON.parse(text) as { data?: unknown; errors?: { extensions?: { code?: string } }[] };
    const codes = (body.errors ?? []).map(({ extensions }) => extensions?.code ?? 'none');
    for (const code of new Set(codes.length === 0 ? ['fine'] : codes))
      this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    expect(reply.status).toBeLessThan(500);
    expect(codes.filter((code) => !known.has(code))).toEqual([]);
    return body;
  }

  /** Writes the counts to the output of the tests. */
  print(what: string): void {
    const counts = [...this.#counts].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
    process.stdout.write(`${what}: ${counts.join(', ')}\n`);
  }
}
