import { Refusal } from '../../contract/errors.ts';
import { revokeApiKey as route } from '../../contract/portal/configuration.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { tellAdmins } from '../../operators/tell-admins.ts';
import { listApiKeys, revokeApiKeyRow } from '../../storage/queries/api-keys.ts';
import { publishConfig } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const revokeApiKey = operation(route, async (context, request) => {
  const { caller, params } = request;
  const { tenantId } = caller.tenant;
  const keyId = params.keyId.toLowerCase();
  await context.db.transaction(async (sql) => {
    const row = (await listApiKeys(sql, tenantId)).find((one) => one.keyId === keyId);
    const isRevoked = isUuid(keyId) && (await revokeApiKeyRow(sql, tenantId, keyId, context.runtime.clock.now()));
    if (!isRevoked || row === undefined) throw new Refusal('not_found', 'The tenant has no active key with this id.');
    await publishConfig(sql, tenantId);
    await recordAudit(sql, context, route, request, undefined, { keyId, kind: row.kind, name: row.name });
    await tellAdmins(sql, context, [tenantId], caller.operatorId, {
      heading: 'An API key was revoked',
      description: 'Whatever uses it can no longer call the API of this tenant.',
      facts: [
        ['Name:', row.name],
        ['For:', row.kind === 'server' ? 'the API of backends' : 'the management API'],
        ['By:', caller.email],
      ],
      advice: 'If you do not expect this, look at the audit log.',
    });
  });
  await context.published.refresh().catch(() => undefined);
});
