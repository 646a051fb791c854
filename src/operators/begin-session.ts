import type { Context } from '../calls/context.ts';
import type { Request } from '../calls/request.ts';
import { operatorCookie } from '../contract/apis.ts';
import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { operatorIdleMs, operatorSessionMs } from '../core/operators/session-periods.ts';
import {
  createOperatorSessionRow,
  endOperatorSessionBySecret,
  loadOperatorSession,
} from '../storage/queries/operator-sessions.ts';
import type { OperatorSessionRow } from '../storage/queries/operator-sessions.ts';
import { activateOperator } from '../storage/queries/operators.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';
import { recordOperatorAudit } from './record-operator-audit.ts';
import { digestOf, newSecret } from './secrets.ts';

/** Who signs in, and by what. */
interface SignedIn {
  readonly operatorId: string;
  /** The proof or the sign-in elsewhere: it makes one session. */
  readonly actionId: string;
  /** When they gave a proof that also permits what is dangerous; 0 if they gave none. */
  readonly provedAtMs: number;
  /** For the audit log, besides the address. */
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Makes a session in a transaction, under a new secret whatever the browser had before (A41): what it had ends. `letIn` sets the
 * cookie, once the transaction is over.
 * @throws {Refusal} `invalid_token`
 */
export async function beginOperatorSession(
  sql: Sql,
  context: Pick<Context, 'runtime'>,
  { sender, cookies, requestId }: Pick<Request<Route>, 'sender' | 'cookies' | 'requestId'>,
  { operatorId, actionId, provedAtMs, data }: SignedIn,
): Promise<{ readonly session: OperatorSessionRow; letIn(): void }> {
  const { runtime } = context;
  const nowMs = runtime.clock.now();
  const secret = newSecret(runtime.random);
  const before = cookies?.get(operatorCookie);
  if (before !== undefined) await endOperatorSessionBySecret(sql, portalTenantId, digestOf(before));
  const isMade = await createOperatorSessionRow(sql, portalTenantId, {
    sessionId: runtime.ids.uuid(),
    operatorId,
    secretDigest: digestOf(secret),
    actionId,
    nowMs,
    provedAtMs,
    expiresAtMs: nowMs + operatorSessionMs,
    ipAddress: sender.ipAddress,
    userAgent: sender.userAgent,
  });
  if (!isMade) {
    throw new Refusal('invalid_token', 'The proof has made a session already, or you are no operator any more.');
  }
  await activateOperator(sql, portalTenantId, operatorId, nowMs);
  const session = await loadOperatorSession(sql, portalTenantId, digestOf(secret), { nowMs, idleMs: operatorIdleMs });
  if (session === undefined) throw new Error('The session was made just now.');
  await recordOperatorAudit(sql, context, {
    type: 'operator.signed_in',
    operatorId,
    tenantIds: Object.keys(session.memberships),
    requestId,
    data: { ipAddress: sender.ipAddress, ...data },
  });
  return { session, letIn: () => cookies?.set(operatorCookie, secret, operatorSessionMs / 1000) };
}
