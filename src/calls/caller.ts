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

/** A person who runs a tenant, signed in to the portal. */
export interface OperatorCaller {
  readonly kind: 'operator';
  /** The tenant that the call is about; the portal's own where it is about none. */
  readonly tenant: Tenant;
  readonly operatorId: string;
  readonly email: string;
  readonly name: string;
  /** Names the session; not the secret in its cookie. */
  readonly sessionId: string;
  /** The roles in that tenant. */
  readonly roles: readonly string[];
  /** Roles by tenant, of all that the operator may come in to. */
  readonly memberships: Readonly<Record<string, readonly string[]>>;
  /** When the operator last proved who they are. */
  readonly provedAtMs: number;
  /** When the session ends, whatever is done with it. */
  readonly expiresAtMs: number;
}

export type Caller = KeyHolder | ClientCaller | OperatorCaller;

/** The kind of caller by credential. */
interface CallerBy {
  readonly serverKey: KeyHolder;
  readonly managementKey: KeyHolder;
  readonly actionToken: TokenCaller;
  readonly tenantId: ClientCaller;
  readonly operatorSession: OperatorCaller;
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
    case 'operator':
      return 'operatorSession';
  }
}

/** Who did it, for the audit log: the key that was used, the user whose token it was, or the operator. */
export function actorOf(caller: Caller): { readonly kind: Caller['kind']; readonly id: string } {
  return { kind: caller.kind, id: idOf(caller) };
}

function idOf(caller: Caller): string {
  switch (caller.kind) {
    case 'client':
      return caller.token?.userId ?? 'anonymous';
    case 'operator':
      return caller.operatorId;
    default:
      return caller.keyId;
  }
}
