import { Refusal } from '../contract/errors.ts';
import type { Assurance } from '../core/rules/rule-set.ts';
import { WebhookUnanswered, postWebhook } from '../delivery/webhook.ts';
import type { Context } from '../operations/operation.ts';
import { readDecisionRecord } from '../operations/read-decision-record.ts';
import type { Tenant } from '../storage/published.ts';
import { loadActionLease, releaseActionLease, takeActionLease } from '../storage/queries/action-leases.ts';
import type { ActionLease } from '../storage/queries/action-leases.ts';
import type { ActionKey } from '../storage/queries/actions.ts';
import { satisfiesDemand } from './permit.ts';
import type { ProofStrength } from './permit.ts';

/** A proof that was compared and found good, and not used up yet. */
export interface UnconfirmedProof {
  readonly method: string;
  readonly assurance: Assurance;
  readonly held?: ProofStrength['held'];
  readonly authenticatorId: string | undefined;
}

/** What came of asking whether an action may succeed. */
export type Confirmation =
  /** Nobody is ever asked about actions of this code. */
  | { readonly kind: 'unneeded' }
  /** It may, as long as the lease is held: the closing statement has to match it. */
  | { readonly kind: 'leased'; readonly leaseId: string }
  /** Nobody was asked, so the proof must not move the action, wherever it stands by then. */
  | { readonly kind: 'unasked' };

const unneeded: Confirmation = { kind: 'unneeded' };
export const unasked: Confirmation = { kind: 'unasked' };

/** How long nobody else may ask. Longer than the webhook has, so that whoever holds a lease can also close with it. */
const leaseMs = 10_000;
const webhookMs = 5_000;
const waitMsMax = 6_000;
const pollMs = 100;

/**
 * Asks the tenant's own server, where the action's configuration names one, whether the action may succeed
 * (`action.verify`). Call it between comparing and consuming, outside of any transaction. Nobody is asked if the proof is not
 * of the kind that the action demands, or the action stands where no proof moves it, also because another request just
 * closed it.
 * @throws {Refusal} `forbidden` if the answer was no, `unavailable` if there was none. Nothing is used up then.
 */
export async function confirmByWebhook(
  context: Context,
  tenant: Tenant,
  key: ActionKey,
  proof: UnconfirmedProof,
): Promise<Confirmation> {
  const url = webhookOf(tenant, key.actionCode);
  if (url === undefined) return unneeded;
  const leaseId = await takeLease(context, key, proof);
  if (leaseId === undefined) return unasked;
  try {
    await ask(context, tenant, key, proof, url, leaseId);
  } catch (error) {
    await releaseActionLease(context.db, key, leaseId);
    throw error;
  }
  return { kind: 'leased', leaseId };
}

/** Where somebody is asked before a proof lets an action of this code succeed. */
export function webhookOf(tenant: Tenant, actionCode: string): string | undefined {
  return tenant.actions.get(actionCode)?.verificationWebhookUrl ?? undefined;
}

/** Gives back a lease that nothing was closed with. */
export async function forgoConfirmation({ db }: Context, key: ActionKey, confirmation: Confirmation): Promise<void> {
  if (confirmation.kind === 'leased') await releaseActionLease(db, key, confirmation.leaseId);
}

/**
 * What to answer where a proof that was confirmed could not be closed with its lease: the action changed under it.
 */
export function lostLease(): Refusal {
  return new Refusal('unavailable', 'The action changed while its verification was being confirmed. Try again.', 1);
}

/** Undefined if the action is not to be moved (any more). Waits while another request asks. */
async function takeLease(
  { db, runtime }: Context,
  key: ActionKey,
  proof: UnconfirmedProof,
): Promise<string | undefined> {
  const leaseId = runtime.ids.uuid();
  const giveUpMs = runtime.clock.now() + waitMsMax;
  let hasMet = false;
  for (;;) {
    const nowMs = runtime.clock.now();
    const row = await loadActionLease(db, key);
    if (row === undefined || !isMovable(row, proof)) return undefined;
    // Given back, not expired: the request that asked was told no, and this one would be too.
    if (hasMet && row.lease_id === null) throw notConfirmed();
    if (isFree(row, nowMs) && (await takeActionLease(db, key, { leaseId, untilMs: nowMs + leaseMs, nowMs }))) {
      return leaseId;
    }
    hasMet = true;
    if (nowMs >= giveUpMs) {
      throw new Refusal('unavailable', 'Another verification of this action is being confirmed. Try again.', 1);
    }
    await runtime.timers.wait(pollMs);
  }
}

function isMovable({ state, decision }: ActionLease, proof: UnconfirmedProof): boolean {
  const canMove = state === 'ALLOW' || state === 'CHALLENGE_REQUIRED';
  return canMove && satisfiesDemand(readDecisionRecord(decision), proof);
}

function isFree({ lease_id: leaseId, lease_until: until }: ActionLease, nowMs: number): boolean {
  return leaseId === null || (until !== null && until <= nowMs);
}

async function ask(
  context: Context,
  tenant: Tenant,
  key: ActionKey,
  { method, authenticatorId }: UnconfirmedProof,
  url: string,
  leaseId: string,
): Promise<void> {
  const nowMs = context.runtime.clock.now();
  const data = {
    userId: key.userId,
    action: key.actionCode,
    idempotencyKey: key.idempotencyKey,
    verifiedAt: new Date(nowMs).toISOString(),
    state: 'CHALLENGE_SUCCEEDED',
    verificationMethod: method,
    ...(authenticatorId === undefined ? {} : { userAuthenticatorId: authenticatorId }),
  };
  const event = { id: leaseId, tenantId: tenant.tenantId, type: 'action.verify', data };
  const keys = tenant.webhookKeys;
  const status = await postWebhook(context.outbound, { url, event, keys, nowMs, timeoutMs: webhookMs }).catch(
    (error: unknown) => {
      if (!(error instanceof WebhookUnanswered)) throw error;
      context.warn(error);
      throw new Refusal('unavailable', 'The verification could not be confirmed: no answer came in time.', 1);
    },
  );
  if (status < 200 || status > 299) throw notConfirmed();
}

function notConfirmed(): Refusal {
  return new Refusal('forbidden', 'The verification was not confirmed. It may be tried again.');
}
