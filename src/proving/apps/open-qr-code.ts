import { Refusal } from '../../contract/errors.ts';
import { createAppChallenge } from '../../storage/queries/challenges/of-apps.ts';
import type { AskedBy } from '../../storage/queries/challenges/of-apps.ts';
import type { ClientCaller } from '../../calls/caller.ts';
import type { Context } from '../../calls/context.ts';
import { openAction } from '../open-action.ts';
import type { OpenAction } from '../open-action.ts';
import { permitProof } from '../permit.ts';
import { whyUnusable } from '../../telling/usable-methods.ts';
import { qrCode, qrCodeMs } from './qr-code.ts';

/** What a page asks for, and who asks. */
export interface QrCodeWish {
  readonly caller: ClientCaller;
  readonly actionCode: string;
  readonly by: AskedBy;
  /** SHA-256 of the secret with which it will be polled; null if only a live connection waits for it. */
  readonly secretDigest: Buffer | null;
}

/**
 * Opens a challenge whose id a QR code shows. With a token it is for the token's action, and only a phone of its user may
 * claim it; without one it is for whoever does, whose action is decided then.
 * @throws {Refusal} `invalid_request`, `invalid_configuration`, `forbidden`
 */
export async function openQrCode(
  context: Context,
  { caller, actionCode, by, secretDigest }: QrCodeWish,
): Promise<{ readonly challengeId: string; readonly expiresAtMs: number }> {
  const { tenant, token } = caller;
  const action = token === undefined ? undefined : await openAction(context, { ...caller, token });
  if (action === undefined) requireEnabled(context, caller);
  else requireScannable(action, actionCode, by);
  const { runtime, db } = context;
  const nowMs = runtime.clock.now();
  const challenge = {
    challengeId: runtime.ids.uuid(),
    expiresAtMs: nowMs + qrCodeMs,
  };
  const { scope, given, proven, isRecovered } = action?.token ?? { scope: '' };
  await createAppChallenge(db, {
    ...challenge,
    tenantId: tenant.tenantId,
    verificationMethod: qrCode,
    userId: action?.key.userId ?? null,
    actionCode,
    idempotencyKey: action?.key.idempotencyKey ?? runtime.ids.uuid(),
    request: by,
    details:
      action === undefined ? {} : { actionId: action.token.actionId, powers: { scope, given, proven, isRecovered } },
    secretDigest,
    nowMs,
  });
  return challenge;
}

function requireEnabled(context: Context, { tenant }: ClientCaller): void {
  const why = whyUnusable(context, tenant, qrCode);
  if (why !== undefined) throw new Refusal('invalid_configuration', why);
}

function requireScannable(action: OpenAction, actionCode: string, { custom }: AskedBy): void {
  permitProof(action, qrCode);
  if (actionCode !== action.key.actionCode) {
    throw new Refusal('invalid_request', 'action must be the one that was tracked: the token is for that.');
  }
  if (custom !== undefined) {
    throw new Refusal('invalid_request', 'custom must be absent with a token: what was tracked counts.');
  }
  if (!action.verified.some((row) => row.verificationMethod === qrCode)) {
    throw new Refusal('invalid_request', 'The user has no app that scans QR codes.');
  }
}
