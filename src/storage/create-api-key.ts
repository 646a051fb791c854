import { sha256 } from '../runtime/crypto.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { apiKeyPlace } from './published.ts';
import { createApiKeyRow } from './queries/api-keys.ts';
import type { Seal } from './seal.ts';
import type { Sql } from './sql.ts';

export interface NewApiKey {
  readonly tenantId: string;
  readonly kind: 'server' | 'management';
  readonly name: string;
  /** The key itself, if the operator supplies one; otherwise 256 random bits. */
  readonly key?: string | undefined;
  /** When it ends by itself; never if undefined. */
  readonly expiresAtMs?: number | undefined;
}

/** Creates an API key and returns its id and the key itself, which cannot be read again. */
export async function createApiKey(
  sql: Sql,
  { runtime, seal }: { readonly runtime: Runtime; readonly seal: Seal },
  { tenantId, kind, name, key: given, expiresAtMs }: NewApiKey,
): Promise<{ readonly keyId: string; readonly key: string }> {
  const keyId = runtime.ids.uuid();
  const key = given ?? `sp_${kind}_${runtime.random.bytes(32).toString('base64url')}`;
  await createApiKeyRow(sql, {
    tenantId,
    keyId,
    kind,
    name,
    digest: sha256(key),
    // Webhook signatures need the server key itself; a management key is never needed again (ruling 24).
    keySealed: kind === 'server' ? seal.seal(Buffer.from(key), apiKeyPlace(tenantId, keyId)) : null,
    nowMs: runtime.clock.now(),
    expiresAtMs: expiresAtMs ?? null,
  });
  return { keyId, key };
}
