import { normalEmail } from '../core/authenticators/normal-email.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { createTenant } from './create-tenant.ts';
import { createMembership, listMembers } from './queries/memberships.ts';
import { lockOrCreateOperator, recordInvitation } from './queries/operators.ts';
import { recordTenantSettings, loadTenantSettings } from './queries/tenant-settings.ts';
import { listTenants, loadTenant, lockTenantCreation, portalTenantId, publishConfig } from './queries/tenants.ts';
import type { Seal } from './seal.ts';
import type { Database, Sql } from './sql.ts';

interface Parts {
  readonly runtime: Runtime;
  readonly seal: Seal;
}

const secretBytes = 32;
const invitationMs = 60 * 60 * 1000;

/**
 * Makes the tenant of the portal if there is none yet. Its client API takes and enrols passkeys alone: an authenticator app
 * counts only beside a password, in calls of the portal.
 */
export async function preparePortalTenant(sql: Sql, parts: Parts): Promise<void> {
  if ((await loadTenant(sql, portalTenantId)) !== undefined) return;
  await lockTenantCreation(sql);
  if ((await loadTenant(sql, portalTenantId)) !== undefined) return;
  await createTenant(sql, parts, { tenantId: portalTenantId, name: 'Sallyport portal', methods: ['PASSKEY'] });
  const row = await loadTenantSettings(sql, portalTenantId);
  // The way back is a new invitation.
  await recordTenantSettings(sql, portalTenantId, { ...row, settings: { disableRecoveryCodes: true } });
  await publishConfig(sql, portalTenantId);
}

export interface Invited {
  readonly operatorId: string;
  /** Whether they were a member of the tenant before. Then their roles are as they were. */
  readonly wasMember: boolean;
  /** Whether they have come in before, to any tenant. */
  readonly isActive: boolean;
  /** Makes an invitation; the one before no longer works. Returns its secret, which only this call knows. */
  invite(): Promise<{ readonly secret: string; readonly untilMs: number }>;
}

/** Makes somebody a member of a tenant, and an operator if they are none. The portal's tenant must be there. */
export async function admitMember(
  sql: Sql,
  { runtime }: Pick<Parts, 'runtime'>,
  member: {
    readonly memberOf: string;
    readonly email: string;
    readonly name: string;
    readonly roles: readonly string[];
  },
): Promise<Invited> {
  const nowMs = runtime.clock.now();
  const { memberOf, email, name, roles } = member;
  const operator = await lockOrCreateOperator(sql, portalTenantId, {
    operatorId: runtime.ids.uuid(),
    email,
    emailNormal: normalEmail(email).toLowerCase(),
    name,
    nowMs,
  });
  const { operatorId } = operator;
  const isNew = await createMembership(sql, portalTenantId, { operatorId, memberOf, roles, nowMs });
  return {
    operatorId,
    wasMember: !isNew,
    isActive: operator.activatedAt !== null,
    async invite() {
      const secret = runtime.random.bytes(secretBytes).toString('base64url');
      const untilMs = nowMs + invitationMs;
      await recordInvitation(sql, portalTenantId, operatorId, { digest: sha256(secret), untilMs });
      return { secret, untilMs };
    },
  };
}

/** Where an invitation is redeemed. The secret is behind the #, which browsers send to no server. */
export function invitationUrl(publicUrl: string, secret: string): string {
  return `${publicUrl}/portal/invitation#${secret}`;
}

const developer = { email: 'developer@example.com', name: 'Developer', roles: ['ADMIN'] };

/**
 * A link for who tries the server on their own machine, as an admin of the only tenant. Undefined if there are several, or if
 * somebody has come in already.
 */
export async function inviteDeveloper(db: Database, parts: Parts, publicUrl: string): Promise<string | undefined> {
  return db.transaction(async (sql) => {
    const [tenant, ...others] = await listTenants(sql);
    if (tenant === undefined || others.length > 0) return undefined;
    const { tenantId: memberOf } = tenant;
    const team = await listMembers(sql, portalTenantId, memberOf);
    if (team.some(({ activatedAt }) => activatedAt !== null)) return undefined;
    await preparePortalTenant(sql, parts);
    const { secret } = await (await admitMember(sql, parts, { memberOf, ...developer })).invite();
    return invitationUrl(publicUrl, secret);
  });
}
