import type { Context } from '../calls/context.ts';
import { Refusal } from '../contract/errors.ts';
import { proofMs } from '../core/operators/session-periods.ts';
import { checkActionToken } from '../runtime/tokens.ts';
import { loadAction } from '../storage/queries/actions/actions.ts';
import type { Sql } from '../storage/sql.ts';
import { portalTenant } from './portal-tenant.ts';

/** A proof of an operator, made by a passkey a few minutes ago at most. */
export interface OperatorProof {
  readonly operatorId: string;
  readonly actionId: string;
  readonly idempotencyKey: string;
  readonly provedAtMs: number;
}

/**
 * What a token of the portal's tenant proves. Reads the action: the token only says which. Whoever takes the proof has to use
 * it up. An invitation that is redeemed ends it: what must not come after that reads it again under the operator's lock.
 * @throws {Refusal} `invalid_token`, `expired_token`
 */
export async function readProof(
  sql: Sql,
  context: Context,
  text: string,
  actionCodes: readonly string[],
): Promise<OperatorProof> {
  const { runtime, publicUrl } = context;
  const tenant = portalTenant(context);
  const { tenantId } = tenant;
  const nowMs = runtime.clock.now();
  const keyOf = (named: string) => (named === tenantId ? tenant.tokenKey : undefined);
  const check = checkActionToken(text, keyOf, publicUrl, nowMs);
  if (!check.ok) {
    if (check.reason === 'expired') throw new Refusal('expired_token', 'The token has expired. Verify again.');
    throw invalid();
  }
  const { userId, actionCode, idempotencyKey, actionId } = check.token;
  const action = actionCodes.includes(actionCode)
    ? await loadAction(sql, { tenantId, userId, actionCode, idempotencyKey })
    : undefined;
  if (action?.actionId !== actionId || action.state !== 'CHALLENGE_SUCCEEDED' || action.assurance !== 'high') {
    throw invalid();
  }
  const provedAtMs = action.verifiedAt ?? action.stateUpdatedAt;
  if (nowMs - provedAtMs >= proofMs) throw new Refusal('expired_token', 'The proof is too old. Verify again.');
  return { operatorId: userId, actionId, idempotencyKey, provedAtMs };
}

function invalid(): Refusal {
  return new Refusal('invalid_token', 'The token proves nothing here. Verify again.');
}
