import { appClientDefaults } from '../core/sessions/app-client-defaults.ts';
import { manifests } from '../methods/manifests.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { makeSessionSigningKey } from './make-session-signing-key.ts';
import { apiKeyPlace, rootKeyPlace } from './published.ts';
import { createApiKeyRow } from './queries/api-keys.ts';
import { recordAppClient } from './queries/app-clients.ts';
import { createAuthenticatorConfiguration } from './queries/authenticator-configurations.ts';
import { createTenantRow } from './queries/tenants.ts';
import type { Seal } from './seal.ts';
import type { Sql } from './sql.ts';

interface Parts {
  readonly runtime: Runtime;
  readonly seal: Seal;
}

export interface NewTenant {
  readonly tenantId: string;
  readonly name: string;
  /** The methods that it offers; those that are on at first if undefined. */
  readonly methods?: readonly string[];
}

const usualMethods = manifests.flatMap(({ isOnAtFirst, verificationMethod }) =>
  isOnAtFirst ? [verificationMethod] : [],
);

/** Creates a tenant: root key, session signing key, app client, methods. {@link createApiKey} creates its API keys. */
export async function createTenant(sql: Sql, { runtime, seal }: Parts, tenant: NewTenant): Promise<void> {
  const { tenantId, name, methods = usualMethods } = tenant;
  const nowMs = runtime.clock.now();
  await createTenantRow(sql, {
    tenantId,
    name,
    rootKeySealed: seal.seal(runtime.random.bytes(32), rootKeyPlace(tenantId)),
    nowMs,
  });
  await makeSessionSigningKey(sql, { runtime, seal }, tenantId);
  // It has the tenant's id, so a backend that knows its tenant can start sessions at once.
  await recordAppClient(sql, tenantId, { clientId: tenantId, name: 'Default', ...appClientDefaults }, nowMs);
  for (const verificationMethod of methods) {
    await createAuthenticatorConfiguration(sql, {
      tenantId,
      authenticatorId: runtime.ids.uuid(),
      verificationMethod,
      nowMs,
    });
  }
}

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
  { runtime, seal }: Parts,
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
