import { describe, expect, test } from '@jest/globals';
import { clearing, startTestSandbox } from './sandbox-fixture.js';

interface TokenAnswer {
  access_token: string;
  expires_in: number;
}

const fields = { grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox' };

function multipart(values: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.append(name, value);
  return form;
}

const bearer = (token: string): RequestInit => ({ headers: { Authorization: `Bearer ${token}` } });
const claimsOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('The token endpoint', () => {
  test.each([
    ['a multipart form', '', multipart(fields)],
    ['a form', '', new URLSearchParams(fields)],
    ['the query', `?${new URLSearchParams(fields).toString()}`, null],
  ])('takes credentials from %s', async (_where, query, body) => {
    const sandbox = await startTestSandbox({ auth: 'required' });
    const { status, json } = await sandbox.send<TokenAnswer>(`/oauth/token${query}`, {
      method: 'POST',
      body,
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      token_type: 'bearer',
      expires_in: 749,
      user_name: 'sandbox.admin',
      org: 'sandbox',
    });
    expect((await sandbox.send('/beta/task-status', bearer(json.access_token))).status).toBe(200);
  });

  test('refuses a wrong secret and an unknown client with 401, another grant with 400', async () => {
    const sandbox = await startTestSandbox();
    const ask = async (change: Record<string, string>): Promise<number> => {
      const body = multipart({ ...fields, ...change });
      return (await sandbox.send('/oauth/token', { method: 'POST', body })).status;
    };
    expect(await ask({ client_secret: 'wrong' })).toBe(401);
    expect(await ask({ client_id: 'nobody' })).toBe(401);
    expect(await ask({ grant_type: 'password' })).toBe(400);
    expect((await sandbox.send('/oauth/token', { method: 'POST' })).status).toBe(400);
  });

  test('mints tokens with the claims of a real one', async () => {
    const sandbox = await startTestSandbox();
    const { json } = await sandbox.send<TokenAnswer>('/oauth/token', {
      method: 'POST',
      body: new URLSearchParams(fields),
    });
    expect(claimsOf(json.access_token)).toEqual({
      tenant_id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      internal: false,
      pod: 'sandbox-pod',
      org: 'sandbox',
      identity_id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      user_id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      user_name: 'sandbox.admin',
      strong_auth: false,
      strong_auth_supported: false,
      authorities: ['ORG_ADMIN'],
      client_id: 'sandbox',
      scope: ['sp:scopes:all'],
      exp: sandbox.clock.now / 1000 + 749,
      jti: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    });
  });

  test('is described at /oauth/info', async () => {
    const sandbox = await startTestSandbox({ auth: 'required' });
    const { status, json } = await sandbox.send('/oauth/info');
    expect(status).toBe(200);
    expect(json).toMatchObject({ tenantName: 'sandbox', tokenEndpoint: `${sandbox.url}/oauth/token` });
  });
});

describe('A call', () => {
  test('without a token is answered, or by switch refused', async () => {
    const sandbox = await startTestSandbox();
    expect((await sandbox.send('/beta/task-status')).status).toBe(200);
    sandbox.configure({ auth: 'required' });
    expect((await sandbox.send('/beta/task-status')).status).toBe(401);
  });

  test('with an expired token is refused in the recorded words', async () => {
    const sandbox = await startTestSandbox();
    const token = sandbox.token({ expiresInSeconds: 10 });
    expect((await sandbox.send('/beta/task-status', bearer(token))).status).toBe(200);
    sandbox.clock.now += 10_000;
    const { status, json } = await sandbox.send('/beta/task-status', bearer(token));
    expect([status, json]).toEqual([401, { error: 'JWT validation failed: JWT is expired' }]);
  });

  test.each(['nonsense', 'a.b.c', '', 'x y'])('with the token "%s" is refused', async (token) => {
    const sandbox = await startTestSandbox();
    const { status, json } = await sandbox.send('/beta/task-status', bearer(token));
    expect(status).toBe(401);
    expect(json).toHaveProperty('error');
  });

  test('with a token whose claims were changed is refused', async () => {
    const sandbox = await startTestSandbox();
    const [header, , signature] = sandbox.token().split('.');
    const claims = Buffer.from(JSON.stringify({ authorities: ['ORG_ADMIN'], exp: 9e9 })).toString(
      'base64url',
    );
    const forged = [header, claims, signature].join('.');
    expect((await sandbox.send('/beta/task-status', bearer(forged))).status).toBe(401);
  });

  test.each([
    ['sandbox', 200, 200],
    ['sandbox-helpdesk', 200, 403],
    ['sandbox-cert-admin', 200, 200],
    ['sandbox-report-admin', 200, 200],
    ['sandbox-role-admin', 200, 200],
    ['sandbox-role-subadmin', 200, 200],
    ['sandbox-source-admin', 200, 200],
    ['sandbox-source-subadmin', 200, 200],
    ['sandbox-user', 403, 403],
    ['sandbox-reader', 200, 403],
    ['sandbox-application', 200, 403],
  ])('of client %s gets %i for reading and %i for patching', async (clientId, reading, patching) => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { id } = sandbox.insert({});
    const { json } = await sandbox.send<TokenAnswer>('/oauth/token', {
      method: 'POST',
      body: new URLSearchParams({ ...fields, client_id: clientId }),
    });
    const init = bearer(json.access_token);
    for (const path of ['/beta/task-status', '/beta/task-status/pending-tasks', `/beta/task-status/${id}`]) {
      expect((await sandbox.send(path, init)).status).toBe(reading);
    }
    expect((await sandbox.patch(id, clearing, init)).status).toBe(patching);
  });

  test.each([
    [['sp:scopes:default'], 403],
    [['idn:task-management:read'], 200],
    [['idn:task-management:write'], 200],
    [['sp:scopes:default', 'sp:scopes:all'], 200],
  ])('with the scopes %j gets %i', async (scope, expected) => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    expect((await sandbox.send('/beta/task-status', bearer(sandbox.token({ scope })))).status).toBe(expected);
  });

  test('that lacks the right is refused in the recorded words', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    const { json, headers } = await sandbox.send(
      '/beta/task-status',
      bearer(sandbox.token({ level: 'USER' })),
    );
    expect(json).toEqual({
      detailCode: '403 Forbidden',
      trackingId: headers.get('slpt-request-id'),
      messages: [
        {
          locale: 'en-US',
          localeOrigin: 'DEFAULT',
          text: 'The server understood the request but refuses to authorize it.',
        },
      ],
    });
  });

  test('can be told from another caller’s by the launcher of what it gets, by switch', async () => {
    const sandbox = await startTestSandbox({ launcherIsCaller: true });
    for (const marker of ['ada', 'bob']) {
      const init = bearer(sandbox.token({ marker }));
      const { json } = await sandbox.send<{ launcher: string }[]>('/beta/task-status', init);
      expect(new Set(json.map(({ launcher }) => launcher))).toEqual(new Set([marker]));
    }
  });
});
