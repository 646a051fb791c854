import type { Runtime } from '../runtime/runtime.ts';
import { sessionSigningKeyPlace } from './published.ts';
import { createSessionSigningKey } from './queries/session-signing-keys.ts';
import type { Seal } from './seal.ts';
import type { Sql } from './sql.ts';

/**
 * Creates a tenant's next key for session access tokens and returns its id. `published.ts` decides from when it signs.
 */
export async function makeSessionSigningKey(
  sql: Sql,
  { runtime, seal }: { readonly runtime: Runtime; readonly seal: Seal },
  tenantId: string,
): Promise<string> {
  const { privateKey, publicJwk } = await runtime.keys.rsa();
  const keyId = runtime.random.bytes(12).toString('base64url');
  await createSessionSigningKey(sql, {
    tenantId,
    keyId,
    publicJwk,
    privateKeySealed: seal.seal(privateKey, sessionSigningKeyPlace(tenantId, keyId)),
    nowMs: runtime.clock.now(),
  });
  return keyId;
}
