import { checkActionToken } from '../runtime/tokens.ts';
import { isExpectedOrigin } from '../configuring/expected-origins.ts';
import type { Context } from '../calls/context.ts';
import type { ClientCaller } from '../calls/caller.ts';

// For the log: a client may send an origin as long as all headers together.
const originCharactersMax = 200;

/** What the pipeline needs to know about callers of the client API. All of it is in memory; nothing is read. */
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
