import { checkActionToken } from '../runtime/tokens.ts';
import { isExpectedOrigin } from './expected-origins.ts';
import type { ClientCaller, Context } from './operation.ts';

// Whoever sends one may make it as long as all headers together.
const originCharactersMax = 200;

/** Who calls the client API, as far as the pipeline has to know it. Nothing is read: all of it is in memory. */
export function clientDirectory(context: Context) {
  const { published, runtime } = context;
  return {
    byToken(text: string): ClientCaller | 'invalid' | 'expired' {
      const keyOf = (tenantId: string) => published.tenant(tenantId)?.tokenKey;
      const check = checkActionToken(text, keyOf, context.publicUrl, runtime.clock.now());
      if (!check.ok) return check.reason;
      const tenant = published.tenant(check.token.tenantId);
      return tenant === undefined ? 'invalid' : { kind: 'client', tenant, token: check.token };
    },
    byTenant(tenantId: string): ClientCaller | undefined {
      const tenant = published.tenant(tenantId);
      return tenant === undefined ? undefined : { kind: 'client', tenant, token: undefined };
    },
    isExpectedOrigin(origin: string, caller: ClientCaller | undefined): boolean {
      const tenants = caller === undefined ? published.tenants() : [caller.tenant];
      for (const tenant of tenants) if (isExpectedOrigin(context, tenant, origin)) return true;
      return false;
    },
    tellUnexpectedOrigin(origin: string, caller: ClientCaller | undefined): void {
      const whose = caller === undefined ? 'any tenant' : `tenant ${caller.tenant.tenantId}`;
      context.warnOnceAMinute(
        `origin unexpected by ${whose}`,
        `A page of ${origin.slice(0, originCharactersMax)} calls the client API, and its browser keeps the answers from it: this is not among the expectedOrigins of ${whose}.`,
      );
    },
  };
}
