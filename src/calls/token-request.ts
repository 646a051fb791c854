import type { Route } from '../contract/route.ts';
import type { ClientRequest, TokenRequest } from './request.ts';

/** The request as that of its token's holder; undefined if it only names a tenant. */
export function tokenRequest<R extends Route>(request: ClientRequest<R>): TokenRequest<R> | undefined {
  const { kind, tenant, token } = request.caller;
  return token === undefined ? undefined : { ...request, caller: { kind, tenant, token } };
}
