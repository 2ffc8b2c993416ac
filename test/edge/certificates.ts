import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A name that only the test's own forward proxy resolves. */
export const TENANT = 'tenant.test';

/** Files of a server's certificate and key. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Certificates for `TENANT` and localhost, signed by the test's own authority. */
export interface Certificates {
  readonly authority: string;
  readonly valid: Certificate;
  /** The same, but expired. */
  readonly expired: Certificate;
}

/** Creates them in a folder. */
export function makeCertificates(folder: string): Certificates {
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const [authority, authorityKey] = [file('authority.pem'), file('authority.key')];
  openssl('req', '-x509', ...newKey, '-keyout', authorityKey, '-out', authority, '-subj', '/CN=An authority');

  const key = file('server.key');
  const request = file('server.csr');
  openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${TENANT}`);
  writeFileSync(file('names'), `subjectAltName=DNS:${TENANT},DNS:localhost`);
  const sign = (certificate: string, days: number): Certificate => {
    const by = ['-CA', authority, '-CAkey', authorityKey, '-CAcreateserial', '-extfile', file('names')];
    openssl('x509', '-req', '-in', request, ...by, '-days', String(days), '-out', certificate);
    return { certificate, key };
  };
  return { authority, valid: sign(file('valid.pem'), 2), expired: sign(file('expired.pem'), -1) };
}
