import { parseCookie } from 'cookie';
import type { FastifyRequest } from 'fastify';
import { operatorCookie, tenantHeader } from '../contract/apis.ts';
import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { clientAddress } from './client-address.ts';
import type { FailureLimit } from './limit-failures.ts';

export interface KnownOperator {
  readonly kind: 'operator';
  readonly operatorId: string;
  readonly tenant: { readonly tenantId: string };
}

/** Finds operators by the secret of their session. */
export interface OperatorDirectory {
  /**
   * The operator in the tenant that the call is about, who may do what the route requires. Without a route, whoever has a
   * session.
   * @throws {Refusal} `unauthorized`, `forbidden`, `step_up_required`
   */
  bySession(secret: string, tenantId: string | undefined, route: Route | undefined): Promise<KnownOperator>;
  /** Whether a page of this origin is ours. */
  isOwnOrigin(origin: string): boolean;
}

/**
 * Identifies an operator by the cookie of their session. Browsers add it to the requests of any page, so it counts only if
 * nothing says that a page of another origin asks (Fetch Metadata; RFC 6454 §7).
 * @throws {Refusal} `unauthorized`, `forbidden`, `step_up_required`, `too_many_requests`
 */
export async function identifyOperator(
  directory: OperatorDirectory,
  failures: FailureLimit,
  request: FastifyRequest,
  route: Route | undefined,
): Promise<KnownOperator> {
  requireOwnPage(directory, request);
  const secret = operatorSecret(request);
  if (secret === undefined) throw new Refusal('unauthorized', 'Sign in to the portal.');
  const { [tenantHeader]: tenantId } = request.headers;
  try {
    return await directory.bySession(secret, Array.isArray(tenantId) ? tenantId.join() : tenantId, route);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'unauthorized') throw error;
    const waitSeconds = failures.countFailure(clientAddress(request));
    if (waitSeconds === 0) throw error;
    throw new Refusal('too_many_requests', 'Too many failed authentications from this address. Wait.', waitSeconds);
  }
}

export function hasOperatorCookie(request: FastifyRequest): boolean {
  return operatorSecret(request) !== undefined;
}

function operatorSecret({ headers }: FastifyRequest): string | undefined {
  // Most callers have no cookie at all.
  return headers.cookie?.includes(operatorCookie) === true ? parseCookie(headers.cookie)[operatorCookie] : undefined;
}

/** @throws {Refusal} `forbidden` */
function requireOwnPage(directory: Pick<OperatorDirectory, 'isOwnOrigin'>, { headers }: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = headers;
  const isForeign =
    (site !== undefined && site !== 'same-origin') || (origin !== undefined && !directory.isOwnOrigin(origin));
  if (isForeign) throw new Refusal('forbidden', 'Only pages of the portal itself may call with its session.');
}
