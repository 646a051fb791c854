import { createTenant as route } from '../../contract/portal/tenants.ts';
import { makeTenant } from '../../operators/make-tenant.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';

export const createTenant = operation(route, async (context, { caller, body, requestId }) => {
  const { name, environment, copy } = body;
  const made = await context.db.transaction((sql) =>
    makeTenant(sql, context, caller, {
      name,
      environment,
      copy: copy ? { withItems: copy.listItems } : undefined,
      requestId,
      auditType: route.audit ?? '',
    }),
  );
  // The tenant is there even if this fails: the node also looks for changes by itself.
  await context.published.refresh().catch(() => undefined);
  return omitAbsent({ ...made });
});
