import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { Pair } from '../support/pair.js';

const pair = new Pair('beta');
beforeAll(() => pair.start());
afterAll(() => pair.stop());

/** GET requests without a header that a form can't send: Apollo's CSRF prevention refuses those. */
const refusedAsForgery = ['5A70', 'D6D5', '6A70'];
/** The audits of GraphQL over HTTP that graphql-http comes with. */
const audits = serverAudits({ url: () => `${pair.gateway.url}/graphql` });

describe('audited, the gateway', () => {
  test.each(
    audits.map(({ name, id, fn }) => [name.replace('when accepting application/', 'for '), id, fn] as const),
  )('%s (%s)', async (_, id, fn) => {
    const result = await fn();
    const reason = 'reason' in result ? result.reason : undefined;
    expect([result.status, reason]).toEqual(
      refusedAsForgery.includes(id) ? ['notice', expect.any(String)] : ['ok', undefined],
    );
  });

  test('was asked everything', () => {
    const count = (word: string): number => audits.filter(({ name }) => name.startsWith(word)).length;
    expect([count('MUST'), count('SHOULD'), count('MAY')]).toEqual([13, 23, 25]);
  });
});
