/** Callers, as operations know them. Another kind of caller is another member of {@link Caller}. */
import type { Credential } from '../contract/apis.ts';
import type { Route } from '../contract/route.ts';
import type { ActionToken } from '../runtime/tokens.ts';
import type { KeyHolder, Tenant } from '../storage/published.ts';

/** A browser or a phone. It names a tenant, or holds the token of an action. */
export interface ClientCaller {
  readonly kind: 'client';
  readonly tenant: Tenant;
  readonly token: ActionToken | undefined;
}

export interface TokenCaller extends ClientCaller {
  readonly token: ActionToken;
}

export type Caller = KeyHolder | ClientCaller;

/** The kind of caller by credential. */
interface CallerBy {
  readonly serverKey: KeyHolder;
  readonly managementKey: KeyHolder;
  readonly actionToken: TokenCaller;
  readonly tenantId: ClientCaller;
}

/** Who may call a route, by the credentials that it takes. Undefined if it takes none: then the caller is unknown. */
export type CallerOf<R extends Route> = [R['credentials'][number]] extends [never]
  ? undefined
  : CallerBy[R['credentials'][number]];

/** The credential that a caller has sent. */
export function credentialOf(caller: Caller): Credential {
  switch (caller.kind) {
    case 'server':
      return 'serverKey';
    case 'management':
      return 'managementKey';
    case 'client':
      return caller.token === undefined ? 'tenantId' : 'actionToken';
  }
}

/** Who did it, for the audit log: the key that was used, or the user whose token it was. */
export function actorOf(caller: Caller): { readonly kind: Caller['kind']; readonly id: string } {
  const { kind } = caller;
  return { kind, id: kind === 'client' ? (caller.token?.userId ?? 'anonymous') : caller.keyId };
}
