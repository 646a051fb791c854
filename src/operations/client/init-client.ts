import { initClient as route } from '../../contract/client/init.ts';
import { maskEmail, maskPhoneNumber } from '../../core/authenticators/mask-contact.ts';
import { guessWaits } from '../../proving/guess-waits.ts';
import { openAction } from '../../proving/open-action.ts';
import { issueActionToken } from '../issue-action-token.ts';
import { omitAbsent } from '../omit-absent.ts';
import { tokenOperation } from '../operation.ts';
import { challengeMethods, defaultMethod } from './offered-methods.ts';

export const initClient = tokenOperation(route, async (context, { caller }) => {
  const action = await openAction(context, caller);
  const { row, token, tenant, key } = action;
  // The component that asks shows no recovery codes.
  const methods = challengeMethods(action, false, await guessWaits(context, action));
  const first = defaultMethod(action, methods);
  const { userId, actionCode, idempotencyKey } = key;
  const nowSeconds = Math.floor(context.runtime.clock.now() / 1000);
  return {
    challengeOptions: {
      // As long as the one that was sent and no longer: nobody may stay by asking again and again.
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
      // Never empty: a list of none would be shown as nothing to do.
      ...(methods.length === 0 ? {} : { verificationMethods: [...methods] }),
      user: omitAbsent({
        email: row.email === null ? null : maskEmail(row.email),
        phoneNumber: row.phone_number === null ? null : maskPhoneNumber(row.phone_number),
      }),
    },
  };
});
