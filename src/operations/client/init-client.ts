import { initClient as route } from '../../contract/client/init.ts';
import { maskEmail, maskPhoneNumber } from '../../core/authenticators/mask-contact.ts';
import { guessWaits } from '../../proving/guess-waits.ts';
import { openAction } from '../../proving/open-action.ts';
import { issueActionToken } from '../../proving/issue-action-token.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';
import { challengeMethods, defaultMethod } from '../../proving/offered-methods.ts';

export const initClient = operation(route, async (context, { caller }) => {
  const action = await openAction(context, caller);
  const { row, token, tenant, key } = action;
  // The component that calls this shows no recovery codes.
  const methods = challengeMethods(action, await guessWaits(context, action), { hasRecoveryCodes: false });
  const first = defaultMethod(action, methods);
  const { userId, actionCode, idempotencyKey } = key;
  const nowSeconds = Math.floor(context.runtime.clock.now() / 1000);
  return {
    challengeOptions: {
      // Expires with the token that was sent, so that repeated calls never extend access.
      token: issueActionToken(context, tenant, {
        userId,
        actionCode,
        idempotencyKey,
        actionId: token.actionId,
        scope: token.scope,
        given: token.given,
        proven: token.proven,
        isRecovered: token.isRecovered,
        lifetimeSeconds: caller.token.expiresAt - nowSeconds,
      }),
      ...(first === undefined ? {} : { defaultVerificationMethod: first }),
      // Never empty: the component would show an empty list as nothing to do.
      ...(methods.length === 0 ? {} : { verificationMethods: [...methods] }),
      user: omitAbsent({
        email: row.email === null ? null : maskEmail(row.email),
        phoneNumber: row.phoneNumber === null ? null : maskPhoneNumber(row.phoneNumber),
      }),
    },
  };
});
