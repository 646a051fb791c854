import { createApiKey as route } from '../../contract/portal/configuration.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { requireRoom } from '../../configuring/require-room.ts';
import { quotas } from '../../core/quotas.ts';
import { tellAdmins } from '../../operators/tell-admins.ts';
import { createApiKey as createKey } from '../../storage/create-api-key.ts';
import { listApiKeys } from '../../storage/queries/api-keys.ts';
import { lockTenantConfiguration, publishConfig } from '../../storage/queries/tenants.ts';
import { apiKeyView } from '../../views/api-key-view.ts';
import { operation } from '../operation.ts';

const dayMs = 24 * 60 * 60 * 1000;

export const createApiKey = operation(route, async (context, request) => {
  const { caller, body } = request;
  const { tenantId } = caller.tenant;
  const { kind, name, expiresInDays } = body;
  const made = await context.db.transaction(async (sql) => {
    // One at a time, so that no more keys than the quota are made at once.
    await lockTenantConfiguration(sql, tenantId);
    const nowMs = context.runtime.clock.now();
    const isActive = ({ revokedAt, expiresAt }: { revokedAt: number | null; expiresAt: number | null }) =>
      revokedAt === null && (expiresAt === null || expiresAt > nowMs);
    const active = (await listApiKeys(sql, tenantId)).filter(isActive);
    requireRoom(quotas.apiKeys.max, active.length + 1, 'active API keys');
    const expiresAt = expiresInDays ? nowMs + expiresInDays * dayMs : null;
    const { keyId, key } = await createKey(sql, context, {
      tenantId,
      kind,
      name,
      expiresAtMs: expiresAt ?? undefined,
    });
    await publishConfig(sql, tenantId);
    await recordAudit(sql, context, route, request, undefined, { keyId, kind, name });
    await tellAdmins(sql, context, [tenantId], caller.operatorId, {
      heading: 'An API key was made',
      description: 'Whoever has it may call the API of this tenant from now on.',
      facts: [
        ['Name:', name],
        ['For:', kind === 'server' ? 'the API of backends' : 'the management API'],
        ['By:', caller.email],
      ],
      advice: 'If you do not expect this, revoke it in the portal and look at the audit log.',
    });
    return {
      ...apiKeyView({ keyId, kind, name, createdAt: nowMs, expiresAt, revokedAt: null, lastUsedAt: null }),
      key,
    };
  });
  // The key is made even if this fails: the node also looks for changes by itself.
  await context.published.refresh().catch(() => undefined);
  return made;
});
