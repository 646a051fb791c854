import type { Context } from '../calls/context.ts';
import { Refusal } from '../contract/errors.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Tenant } from '../storage/published.ts';

/** The tenant in which operators are users. @throws {Refusal} `not_found` before anybody was invited */
export function portalTenant({ published }: Pick<Context, 'published'>): Tenant {
  const tenant = published.tenant(portalTenantId);
  if (tenant !== undefined) return tenant;
  throw new Refusal(
    'not_found',
    'Nobody may come in yet. Invite the first operator with "sallyport operators invite".',
  );
}
