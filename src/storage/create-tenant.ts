import { appClientDefaults } from '../core/sessions/app-client-defaults.ts';
import { manifests } from '../methods/manifests.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { makeSessionSigningKey } from './make-session-signing-key.ts';
import { rootKeyPlace } from './published.ts';
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

/** Creates a tenant: root key, session signing key, app client, methods. `create-api-key.ts` creates its API keys. */
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
