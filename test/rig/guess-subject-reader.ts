import type { Client } from 'pg';
import { recoveryCodeGuesses, userGuesses } from '../../src/counting/guess-subject.ts';
import { deriveKey, secretKey } from '../../src/runtime/crypto.ts';
import { rootKeyPlace } from '../../src/storage/published.ts';
import type { Tenant } from '../../src/storage/published.ts';
import { createSeal } from '../../src/storage/seal.ts';
import type { testCredentials } from './server-process.ts';

type Countable = Parameters<typeof userGuesses>[0]['verified'][number];

/**
 * The name under which the tables of a server process count guesses at a user's method. It is an HMAC, so this needs
 * the keys.
 */
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
    // Under the names that rows have in the program: this is the driver's own client.
    const { rows } = await admin.query<Countable>(
      `select authenticator_id as "authenticatorId", verification_method as "verificationMethod", slot, email,
         phone_number as "phoneNumber"
       from authenticators where user_id = $1 and verified_at is not null`,
      [userId],
    );
    return userGuesses({ tenant, key: { userId }, verified: rows }, method).subject;
  };
}
