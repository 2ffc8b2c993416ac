/** An access token of the sandbox's, as a signed-in frontend has one. */
export async function accessToken({
  sandbox,
}: {
  readonly sandbox: { readonly url: string };
}): Promise<string> {
  const reply = await fetch(`${sandbox.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'sandbox-application',
      client_secret: 'sandbox',
    }),
  });
  return ((await reply.json()) as { access_token: string }).access_token;
}
