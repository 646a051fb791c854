import { Refusal } from '../contract/errors.ts';
import { closedStates } from '../core/actions/closed-states.ts';
import { withoutSuperseded } from '../core/authenticators/hold.ts';
import type { DecisionRecord } from '../core/actions/decide-action.ts';
import type { Context, TokenCaller } from '../operations/operation.ts';
import { readDecisionRecord } from '../operations/read-decision-record.ts';
import { whyUnusable } from '../operations/usable-methods.ts';
import type { ActionToken, TokenPowers } from '../runtime/tokens.ts';
import type { Tenant } from '../storage/published.ts';
import type { ActionKey } from '../storage/queries/actions.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { loadTokenAction } from '../storage/queries/token-actions.ts';
import type { TokenAction } from '../storage/queries/token-actions.ts';
import { givenPowers } from './token-powers.ts';

/** An action with its user, as a proof of it finds them. */
export interface OpenAction {
  readonly tenant: Tenant;
  /** What of it the caller may do: their token's scopes, or those of the challenge that a backend made. */
  readonly token: TokenPowers & Pick<ActionToken, 'actionId'>;
  readonly key: ActionKey;
  readonly row: TokenAction;
  /** What a proof has to be like to move the action. */
  readonly demand: DecisionRecord['demand'];
  /** Oldest first. */
  readonly verified: readonly AuthenticatorRow[];
  /** Why a method cannot be used, for the developer who asks; undefined if it can (ruling 39). */
  whyUnusable(method: string): string | undefined;
  /** When it was read: what was held then counts as held. */
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
 * The same for a user who has proven who they are and holds no token: of the action under the key.
 * @throws {Refusal} `invalid_credential` if it is gone, `forbidden` as above
 */
export async function openActionOf(context: Context, tenant: Tenant, key: ActionKey): Promise<OpenAction> {
  const row = await loadTokenAction(context.db, key);
  if (row === undefined) throw new Refusal('invalid_credential', 'The action of this challenge was deleted.');
  return whileOpen(actionOf(context, tenant, { actionId: row.action_id, scope: 'read:authenticators' }, key, row));
}

/** What a client is told of an action that takes no proof of this kind any more. */
export class ActionClosed extends Refusal {
  constructor(state: string) {
    super('forbidden', `The action is ${state}: nothing can be proven or enrolled for it.`);
  }
}

/** Whether somebody has to look at the action first: it can be proven, and nothing comes of that (ruling 42). */
export function isInReview({ row }: Pick<OpenAction, 'row'>): boolean {
  return row.state === 'REVIEW_REQUIRED';
}

function whileOpen(action: OpenAction): OpenAction {
  const { state } = action.row;
  if (closedStates.includes(state)) throw new ActionClosed(state);
  return action;
}

/**
 * As {@link openAction}, whatever has become of the action: to show, not to work on.
 * @throws {Refusal} `invalid_token` if it is gone
 */
export async function readAction(context: Context, { tenant, token }: TokenCaller): Promise<OpenAction> {
  const { userId, actionCode, idempotencyKey, actionId } = token;
  const key = { tenantId: tenant.tenantId, userId, actionCode, idempotencyKey };
  const row = await loadTokenAction(context.db, key);
  // An action of the same names made after the user was deleted is another action.
  if (row?.action_id !== actionId) {
    throw new Refusal('invalid_token', 'The action of this token does not exist any more. Track the action again.');
  }
  return actionOf(context, tenant, token, key, row);
}

/** The action that a backend's challenge is for, whatever has become of it. */
export function challengedAction(
  context: Context,
  tenant: Tenant,
  key: ActionKey,
  scope: string,
  row: TokenAction,
): OpenAction {
  return actionOf(context, tenant, { actionId: row.action_id, ...givenPowers(scope) }, key, row);
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
    verified: authenticators.filter(({ verified_at }) => verified_at !== null),
    whyUnusable: (method) => whyUnusable(context, tenant, method),
    nowMs,
  };
}
