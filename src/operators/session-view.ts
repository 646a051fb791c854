import type { Context } from '../calls/context.ts';
import { operatorIdleMs, stepUpMs } from '../core/operators/session-periods.ts';
import { permits, permissions } from '../contract/portal/roles.ts';
import type { Permission } from '../contract/portal/roles.ts';
import { omitAbsent } from '../views/omit-absent.ts';
import { wireTime } from '../views/wire-values.ts';

interface ShownSession {
  readonly operatorId: string;
  readonly email: string;
  readonly name: string;
  readonly expiresAtMs: number;
  readonly provedAtMs: number;
  readonly memberships: Readonly<Record<string, readonly string[]>>;
  readonly stepUpBy: 'authenticator' | 'app' | 'issuer';
}

const all = Object.keys(permissions) as readonly Permission[];

/** A session as the operator sees it. */
export function sessionView({ published, runtime }: Pick<Context, 'published' | 'runtime'>, session: ShownSession) {
  const { operatorId, email, name, expiresAtMs, provedAtMs, memberships, stepUpBy } = session;
  const stepUpUntilMs = provedAtMs + stepUpMs;
  const tenants = Object.entries(memberships).flatMap(([tenantId, roles]) => {
    const tenant = published.tenant(tenantId);
    if (tenant === undefined) return [];
    const permitted = all.filter((permission) => permits(roles, permission));
    const { environment } = tenant.settings;
    return [
      {
        tenantId,
        name: tenant.name,
        ...omitAbsent({ environment }),
        roles: [...roles],
        permissions: permitted as string[],
      },
    ];
  });
  return {
    ...omitAbsent({
      stepUpUntil: stepUpUntilMs > runtime.clock.now() ? wireTime(stepUpUntilMs) : undefined,
    }),
    stepUpBy,
    operatorId,
    email,
    name,
    expiresAt: wireTime(expiresAtMs),
    idleMinutes: operatorIdleMs / 60_000,
    tenants: tenants.sort((left, right) => left.name.localeCompare(right.name)),
  };
}
