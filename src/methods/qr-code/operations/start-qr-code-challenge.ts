import { startQrCodeChallenge as route } from '../challenge-contract.ts';
import { operation } from '../../../operations/operation.ts';
import { openQrCode } from '../../../proving/apps/open-qr-code.ts';
import { sha256 } from '../../../runtime/crypto.ts';
import { wireTime } from '../../../views/wire-values.ts';

const deviceCodeBytes = 32;

export const startQrCodeChallenge = operation(route, async (context, { caller, body, sender }) => {
  const { action: actionCode, custom } = body;
  const { ipAddress, userAgent } = sender;
  const deviceCode = context.runtime.random.bytes(deviceCodeBytes).toString('base64url');
  const { challengeId, expiresAtMs } = await openQrCode(context, {
    caller,
    actionCode,
    by: { ipAddress, userAgent, custom },
    secretDigest: sha256(deviceCode),
  });
  return { challengeId, expiresAt: wireTime(expiresAtMs), deviceCode };
});
