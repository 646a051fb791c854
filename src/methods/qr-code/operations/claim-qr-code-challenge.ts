import { claimQrCodeChallenge as route } from '../challenge-contract.ts';
import { operation } from '../../../operations/operation.ts';
import { claimQrCode } from '../../../proving/apps/claim-qr-code.ts';
import { claimedView } from '../../../proving/apps/claimed-view.ts';

export const claimQrCodeChallenge = operation(route, async (context, request) => {
  const { challenge, authenticator } = await claimQrCode(context, request);
  return { success: true, ...(await claimedView(context, request.caller.tenant, challenge, authenticator.userId)) };
});
