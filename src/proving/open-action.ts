import { Refusal } from '../contract/errors.ts';
import { closedStates } from '../core/actions/closed-states.ts';
import { withoutSuperseded } from '../core/authenticators/hold.ts';
import type { DecisionRecord } from '../core/actions/decide-action.ts';
import type { Context } from '../calls/context.ts';
import type { TokenCaller } from '../calls/caller.ts';
import { readDecisionRecord } from '../core/actions/stored-decision-record.ts';
import { isVerified } from '../core/is-verified.ts';
import { whyUnusable } from '../telling/usable-methods.ts';
import type { ActionToken, TokenPowers } from '../runtime/tokens.ts';
import type { Tenant } from '../storage/published.ts';
import type { ActionKey } from '../storage/queries/actions/named.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { loadTokenAction } from '../storage/queries/actions/of-token.ts';
import type { TokenAction } from '../storage/queries/actions/of-token.ts';
import { givenPowers } from './token-powers.ts';

/** An action with its user, as read for a proof. */
export interface OpenAction {
  readonly tenant: Tenant;
  /** What the caller may do with it: the scopes of their token, or those of the challenge that a backend created. */
  readonly token: TokenPowers & Pick<ActionToken, 'actionId'>;
  readonly key: ActionKey;
  readonly row: TokenAction;
  /** What a proof must satisfy to move the action. */
  readonly demand: DecisionRecord['demand'];
  /** Oldest first. */
  readonly verified: readonly AuthenticatorRow[];
  /** Why a method cannot be used, for the developer who asks; undefined if it can (ruling 39). */
  whyUnusable(method: string): string | undefined;
  /** When it was read. Authenticators held then count as held. */
  readonly nowMs: number;
}

/**
 * Reads the action that the caller's token names, with the user and their authenticators.
 * @throws {Refusal} `invalid_token` if it is gone, {@link ActionClosed} while nothing can be proven for it (rulings 9 and 42)
 */
export async function openAction(context: Context, caller: TokenCaller): Promise<OpenAction> {
  return whileOpen(await readAction(context, caller));
}

/**
 * The same for a user who has verified and has no token: for the action under `key`.
 * @throws {Refusal} `invalid_credential` if it is gone, `forbidden` as above
 */
export async function openActionOf(context: Context, tenant: Tenant, key: ActionKey): Promise<OpenAction> {
  const row = await loadTokenAction(context.db, key);
  if (row === undefined) throw new Refusal('invalid_credential', 'The action of this challenge was deleted.');
  return whileOpen(actionOf(context, tenant, { actionId: row.actionId, scope: 'read:authenticators' }, key, row));
}

/** The refusal for an action that no longer accepts a proof of this kind. */
export class ActionClosed extends Refusal {
  constructor(state: string) {
    super('forbidden', `The action is ${state}: nothing can be proven or enrolled for it.`);
  }
}

/** Whether a person has to review the action first. It can be proven, but the proof has no effect (ruling 42). */
export function isInReview({ row }: Pick<OpenAction, 'row'>): boolean {
  return row.state === 'REVIEW_REQUIRED';
}

function whileOpen(action: OpenAction): OpenAction {
  const { state } = action.row;
  if (closedStates.includes(state)) throw new ActionClosed(state);
  return action;
}

/**
 * Like {@link openAction}, but in any state: to show, not to accept proofs.
 * @throws {Refusal} `invalid_token` if it is gone
 */
export async function readAction(context: Context, { tenant, token }: TokenCaller): Promise<OpenAction> {
  const { userId, actionCode, idempotencyKey, actionId } = token;
  const key = { tenantId: tenant.tenantId, userId, actionCode, idempotencyKey };
  const row = await loadTokenAction(context.db, key);
  // An action with the same key that was created after the user was deleted is a different one.
  if (row?.actionId !== actionId) {
    throw new Refusal('invalid_token', 'The action of this token does not exist any more. Track the action again.');
  }
  return actionOf(context, tenant, token, key, row);
}

/** The action of a backend's challenge, in any state. */
export function challengedAction(
  context: Context,
  tenant: Tenant,
  key: ActionKey,
  scope: string,
  row: TokenAction,
): OpenAction {
  return actionOf(context, tenant, { actionId: row.actionId, ...givenPowers(scope) }, key, row);
}

function actionOf(
  context: Context,
  tenant: Tenant,
  token: OpenAction['token'],
  key: ActionKey,
  row: TokenAction,
): OpenAction {
  const nowMs = context.runtime.clock.now();
  const authenticators = withoutSuperseded(row.authenticators, nowMs);
  return {
    tenant,
    token,
    key,
    row: { ...row, authenticators },
    demand: readDecisionRecord(row.decision).demand,
    verified: authenticators.filter(isVerified),
    whyUnusable: (method) => whyUnusable(context, tenant, method),
    nowMs,
  };
}
