import { Refusal } from '../contract/errors.ts';
import type { Assurance } from '../core/rules/rule-set.ts';
import { WebhookUnanswered, postWebhook } from '../delivery/webhook.ts';
import type { Context } from '../calls/context.ts';
import { readDecisionRecord } from '../core/actions/stored-decision-record.ts';
import type { Tenant } from '../storage/published.ts';
import { loadActionLease, releaseActionLease, takeActionLease } from '../storage/queries/actions/leases.ts';
import type { ActionLease } from '../storage/queries/actions/leases.ts';
import type { ActionKey } from '../storage/queries/actions/named.ts';
import { verificationWebhook } from '../configuring/verification-webhook.ts';
import { satisfiesDemand } from './permit.ts';
import type { ProofStrength } from './permit.ts';

/** A proof that was compared and found right, but is not used up yet. */
export interface UnconfirmedProof {
  readonly method: string;
  readonly assurance: Assurance;
  readonly held?: ProofStrength['held'];
  readonly authenticatorId: string | undefined;
}

/** The result of asking whether an action may succeed. */
export type Confirmation =
  /** No webhook is configured for actions of this code. */
  | { readonly kind: 'unneeded' }
  /** It may succeed while the lease is held; the closing statement has to match the lease. */
  | { readonly kind: 'leased'; readonly leaseId: string }
  /** The webhook was not asked, so the proof must not move the action, whatever its state is by then. */
  | { readonly kind: 'unasked' };

const unneeded: Confirmation = { kind: 'unneeded' };
export const unasked: Confirmation = { kind: 'unasked' };

/**
 * How long no other request may ask. Longer than the webhook's timeout, so that the lease holder has time to close the
 * action.
 */
const leaseMs = 10_000;
const webhookMs = 5_000;
const waitMsMax = 6_000;
const pollMs = 100;

/**
 * Asks the tenant's webhook (`action.verify`), if the action's configuration has one, whether the action may succeed.
 * Call it between comparing and consuming, outside of any transaction. It does not ask if the proof does not satisfy
 * the action's demand, or if no proof moves the action in its state, for example because another request just closed
 * it.
 * @throws {Refusal} `forbidden` if the webhook said no, `unavailable` if it did not respond. Nothing is used up then.
 */
export async function confirmByWebhook(
  context: Context,
  tenant: Tenant,
  key: ActionKey,
  proof: UnconfirmedProof,
): Promise<Confirmation> {
  const url = verificationWebhook(tenant, key.actionCode);
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

/** Gives back a lease that was not used to close the action. */
export async function forgoConfirmation({ db }: Context, key: ActionKey, confirmation: Confirmation): Promise<void> {
  if (confirmation.kind === 'leased') await releaseActionLease(db, key, confirmation.leaseId);
}

/** The refusal if a confirmed proof could not be closed with its lease, because the action changed in the meantime. */
export function lostLease(): Refusal {
  return new Refusal('unavailable', 'The action changed while its verification was being confirmed. Try again.', 1);
}

/** Undefined if the action must not be moved, or no longer. Waits while another request is asking. */
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
    // The lease was given back and did not expire: the webhook said no to the other request, and would to this one.
    if (hasMet && row.leaseId === null) throw notConfirmed();
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

function isFree({ leaseId, leaseUntil: until }: ActionLease, nowMs: number): boolean {
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
  const { clock, timers } = context.runtime;
  const nowMs = clock.now();
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
  const keys = tenant.webhookKeys(nowMs);
  const signal = timers.timeout(webhookMs);
  const status = await postWebhook(context.outbound, { url, event, keys, nowMs, signal }).catch((error: unknown) => {
    if (!(error instanceof WebhookUnanswered)) throw error;
    context.warn(error);
    throw new Refusal('unavailable', 'The verification could not be confirmed: no answer came in time.', 1);
  });
  if (status < 200 || status > 299) throw notConfirmed();
}

function notConfirmed(): Refusal {
  return new Refusal('forbidden', 'The verification was not confirmed. It may be tried again.');
}
