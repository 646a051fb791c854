import { actorOf } from '../calls/caller.ts';
import type { OperatorCaller } from '../calls/caller.ts';
import type { Context } from '../calls/context.ts';
import { copyConfiguration } from '../configuring/copy-configuration.ts';
import type { Copied } from '../configuring/copy-configuration.ts';
import { Refusal } from '../contract/errors.ts';
import { tenantsMadeMax } from '../contract/portal/tenants.ts';
import { createApiKey } from '../storage/create-api-key.ts';
import { createTenant } from '../storage/create-tenant.ts';
import { createMembership } from '../storage/queries/memberships.ts';
import { countTenantMade } from '../storage/queries/operators.ts';
import { loadTenantSettings, recordTenantSettings } from '../storage/queries/tenant-settings.ts';
import { lockTenantConfiguration, portalTenantId, publishConfig } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';
import { recordOperatorAudit } from './record-operator-audit.ts';

const dayMs = 24 * 60 * 60_000;

/** A tenant with its keys, which only this call knows. */
export interface MadeTenant {
  readonly tenantId: string;
  readonly name: string;
  readonly secretKey: string;
  readonly managementKey: string;
  /** What was taken over from the other tenant; undefined if nothing was. */
  readonly copied: Copied | undefined;
}

/**
 * Makes a tenant whose first admin is the operator: empty, or with the configuration of the one that they come from.
 * @throws {Refusal} `too_many_requests`, `forbidden`; `invalid_request` if there is too much to copy
 */
export async function makeTenant(
  sql: Sql,
  context: Pick<Context, 'runtime' | 'seal'>,
  caller: OperatorCaller,
  made: {
    readonly name: string;
    readonly environment: string | undefined;
    readonly copy: { readonly withItems: boolean } | undefined;
    readonly requestId: string;
    readonly auditType: string;
  },
): Promise<MadeTenant> {
  const { runtime } = context;
  const { operatorId, tenant: from } = caller;
  const { name, environment, copy, requestId, auditType } = made;
  const nowMs = runtime.clock.now();
  // Before the operator, as everywhere that locks both.
  if (copy !== undefined) await lockTenantConfiguration(sql, from.tenantId);
  // One after the other: it locks the operator until the transaction ends.
  const sinceMs = await countTenantMade(sql, portalTenantId, operatorId, {
    nowMs,
    periodMs: dayMs,
    max: tenantsMadeMax,
  });
  if (sinceMs === undefined) throw new Refusal('forbidden', 'You are no operator any more.');
  if (sinceMs !== 'counted') {
    const waitSeconds = Math.max(1, Math.ceil((sinceMs + dayMs - nowMs) / 1000));
    throw new Refusal('too_many_requests', `You have made ${tenantsMadeMax} tenants in a day. Wait.`, waitSeconds);
  }
  const tenantId = runtime.ids.uuid();
  await createTenant(sql, context, { tenantId, name, ...(copy === undefined ? {} : { methods: [] }) });
  const server = await createApiKey(sql, context, { tenantId, kind: 'server', name: 'first' });
  const management = await createApiKey(sql, context, { tenantId, kind: 'management', name: 'first' });
  if (environment !== undefined) {
    const row = await loadTenantSettings(sql, tenantId);
    await recordTenantSettings(sql, tenantId, { ...row, settings: { ...row.settings, environment } });
  }
  const copied =
    copy &&
    (await copyConfiguration(
      sql,
      context,
      { from: from.tenantId, to: tenantId },
      {
        ...copy,
        reader: caller.email,
        author: { actor: actorOf(caller), reason: `Copied from the tenant ${from.tenantId}.`, askedBy: null },
      },
    ));
  await createMembership(sql, portalTenantId, { operatorId, memberOf: tenantId, roles: ['ADMIN'], nowMs });
  await publishConfig(sql, tenantId);
  await recordOperatorAudit(sql, context, {
    type: auditType,
    operatorId,
    // Those who run the tenant that the operator comes from want to know as well.
    tenantIds: [from.tenantId, tenantId],
    requestId,
    data: {
      tenantId,
      name,
      keyIds: [server.keyId, management.keyId],
      ...(copied && { copied: { from: from.tenantId, listItems: copy?.withItems ?? false, ...copied } }),
    },
  });
  return { tenantId, name, secretKey: server.key, managementKey: management.key, copied };
}
