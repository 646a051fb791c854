import { checkQrCodeChallenge as route } from '../challenge-contract.ts';
import { operation } from '../../../operations/operation.ts';
import { invalidAppCredential } from '../../../proving/apps/app-keys.ts';
import { approvedToken, qrCode } from '../../../proving/apps/qr-code.ts';
import { digestsEqual, sha256 } from '../../../runtime/crypto.ts';
import { loadAppChallenge } from '../../../storage/queries/challenges/of-apps.ts';
import { isUuid } from '../../../calls/is-uuid.ts';

/** Reports, and changes nothing. The id alone is no secret: whoever has seen the QR code has it (A24). */
export const checkQrCodeChallenge = operation(route, async (context, { caller: { tenant }, body }) => {
  const { challengeId, deviceCode } = body;
  const challenge = isUuid(challengeId)
    ? await loadAppChallenge(context.db, tenant.tenantId, challengeId, qrCode, context.runtime.clock.now())
    : undefined;
  const digest = challenge?.secretDigest ?? undefined;
  if (challenge === undefined || digest === undefined || !digestsEqual(digest, sha256(deviceCode))) {
    throw invalidAppCredential();
  }
  const { state } = challenge;
  if (state === 'approved') {
    const accessToken = await approvedToken(context, tenant, challenge);
    // What it earned is over, or its action accepts nothing any more.
    if (accessToken === undefined) return { isClaimed: true, isConsumed: true, isVerified: false };
    return { isClaimed: true, isConsumed: true, isVerified: true, accessToken };
  }
  const isConsumed = state === 'rejected';
  return { isClaimed: isConsumed || state === 'claimed', isConsumed, isVerified: false };
});
