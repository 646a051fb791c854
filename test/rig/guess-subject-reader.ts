import type { Client } from 'pg';
import { recoveryCodeGuesses, userGuesses } from '../../src/proving/guess-subject.ts';
import { deriveKey, secretKey } from '../../src/runtime/crypto.ts';
import { rootKeyPlace } from '../../src/storage/published.ts';
import type { Tenant } from '../../src/storage/published.ts';
import type { AuthenticatorRow } from '../../src/storage/queries/authenticators.ts';
import { createSeal } from '../../src/storage/seal.ts';
import type { testCredentials } from './server-process.ts';

/** Under which name the tables of a server process count guesses at a user's method: it is an HMAC, so that this takes the keys. */
export async function guessSubjectReader(
  admin: Client,
  { SALLYPORT_TENANT_ID: tenantId, SALLYPORT_MASTER_KEY: masterKey }: ReturnType<typeof testCredentials>,
): Promise<(userId: string, method: string) => Promise<string>> {
  const { rows: tenants } = await admin.query<{ root_key_sealed: Buffer }>('select root_key_sealed from tenants');
  const seal = createSeal([Buffer.from(masterKey, 'base64')], { bytes: (length) => Buffer.alloc(length) });
  const root = secretKey(seal.open(tenants[0]?.root_key_sealed ?? Buffer.alloc(0), rootKeyPlace(tenantId)));
  const tenant = { tenantId, codeKey: deriveKey(root, 'one-time-code', tenantId) } as Tenant;
  return async (userId, method) => {
    if (method === 'RECOVERY_CODE') return recoveryCodeGuesses(tenant, userId, method).subject;
    const { rows } = await admin.query<AuthenticatorRow>(
      'select * from authenticators where user_id = $1 and verified_at is not null',
      [userId],
    );
    return userGuesses({ tenant, key: { userId }, verified: rows }, method).subject;
  };
}
