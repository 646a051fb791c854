import type { Runtime } from '../runtime/runtime.ts';
import { createApiKey } from './create-api-key.ts';
import { createTenant } from './create-tenant.ts';
import { listTenants, lockTenantCreation } from './queries/tenants.ts';
import type { Seal } from './seal.ts';
import { isLockFailure } from './sql.ts';
import type { Database } from './sql.ts';

/** What the operator supplies for the first tenant; anything missing is generated. */
export interface FirstTenantSeed {
  readonly tenantId: string | undefined;
  readonly secretKey: string | undefined;
  readonly managementKey: string | undefined;
}

export interface FirstTenant {
  readonly tenantId: string;
  readonly secretKey: string;
  readonly managementKey: string;
}

// Each waits for the lock as long as a statement may: some seconds.
const waitsMax = 10;

/**
 * Creates the first tenant with its keys if there is no tenant yet; undefined if there is one. Nodes that start
 * together create only one, and the others wait for it.
 */
export async function createFirstTenant(
  db: Database,
  parts: { readonly runtime: Runtime; readonly seal: Seal },
  seed: FirstTenantSeed,
): Promise<FirstTenant | undefined> {
  for (let waits = 1; ; waits += 1) {
    try {
      return await createUnlessThere(db, parts, seed);
    } catch (error) {
      if (!isLockFailure(error) || waits === waitsMax) throw error;
    }
  }
}

function createUnlessThere(
  db: Database,
  parts: { readonly runtime: Runtime; readonly seal: Seal },
  seed: FirstTenantSeed,
): Promise<FirstTenant | undefined> {
  return db.transaction(async (sql) => {
    await lockTenantCreation(sql);
    if ((await listTenants(sql)).length > 0) return undefined;
    const tenantId = seed.tenantId ?? parts.runtime.ids.uuid();
    await createTenant(sql, parts, { tenantId, name: 'Sallyport' });
    const server = await createApiKey(sql, parts, { tenantId, kind: 'server', name: 'first', key: seed.secretKey });
    const management = await createApiKey(sql, parts, {
      tenantId,
      kind: 'management',
      name: 'first',
      key: seed.managementKey,
    });
    return { tenantId, secretKey: server.key, managementKey: management.key };
  });
}
