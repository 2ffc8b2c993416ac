import { type Answer, jsonAnswer } from '../api/answer.js';
import { type SandboxSettings } from '../settings.js';
import { mintToken, tenant, idOf } from './access-token.js';
import { type SandboxClient, sandboxClients } from './clients.js';

/** A call of the token endpoint. */
export interface TokenCall {
  readonly query: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly body: string;
}

/**
 * Answers `POST /oauth/token`: the client credentials grant, with fields in the query, a form or a multipart form.
 * @param now Epoch ms.
 * @param jti Id of the token to mint.
 */
export function answerToken(
  call: TokenCall,
  settings: Pick<SandboxSettings, 'tokenSeconds'>,
  now: number,
  jti: string,
): Answer {
  const fields = { ...call.query, ...bodyFields(call) };
  if (fields['grant_type'] !== 'client_credentials') {
    return oauthError(400, 'unsupported_grant_type', 'Only client_credentials is supported');
  }
  const client = sandboxClients.find(({ id }) => id === fields['client_id']);
  if (client === undefined || client.secret !== fields['client_secret']) {
    return oauthError(401, 'invalid_client', 'Bad client credentials');
  }
  return jsonAnswer(200, tokenBody(client, settings.tokenSeconds, now, jti));
}

/** Answers `GET /oauth/info`. @param origin The sandbox's own URL. */
export function answerInfo(origin: string): Answer {
  return jsonAnswer(200, {
    tenantId: tenant.id,
    tenantName: tenant.org,
    authorizeEndpoint: `${origin}/oauth/authorize`,
    tokenEndpoint: `${origin}/oauth/token`,
    cloudDomainUrl: origin,
    logoutUrl: `${origin}/logout`,
    pod: tenant.pod,
  });
}

/** Returns the fields of either kind of form. Assumes that no field has a line break. */
function bodyFields({ contentType = '', body }: TokenCall): Record<string, string> {
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  if (!contentType.startsWith('multipart/form-data')) return {};
  const part = /; name="([^"]+)"(?:\r\n[^\r\n]+)*\r\n\r\n([^\r\n]*)\r\n/g;
  return Object.fromEntries([...body.matchAll(part)].map(([, name = '', value = '']) => [name, value]));
}

function tokenBody(client: SandboxClient, seconds: number, now: number, jti: string): object {
  const { id, level, userName, scope } = client;
  const expiresAt = Math.floor(now / 1000) + seconds;
  return {
    access_token: mintToken({ clientId: id, level, userName, scope, expiresAt, jti }),
    token_type: 'bearer',
    expires_in: seconds,
    scope: scope.join(' '),
    tenant_id: tenant.id,
    internal: false,
    pod: tenant.pod,
    org: tenant.org,
    strong_auth: false,
    strong_auth_supported: false,
    claims_supported: false,
    ...(userName === undefined
      ? {}
      : {
          identity_id: idOf(`identity:${userName}`),
          user_id: idOf(`user:${userName}`),
          user_name: userName,
        }),
    jti,
    accessType: 'OFFLINE',
    enabled: true,
  };
}

function oauthError(status: number, error: string, description: string): Answer {
  return jsonAnswer(status, { error, error_description: description });
}
