import { initClient as route } from '../../contract/client/init.ts';
import { verificationMethod } from '../../contract/values.ts';
import { maskEmail, maskPhoneNumber } from '../../core/authenticators/mask-contact.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { satisfies } from '../../core/challenges/satisfies.ts';
import { issueActionToken } from '../issue-action-token.ts';
import { omitAbsent } from '../omit-absent.ts';
import { tokenOperation } from '../operation.ts';
import { permittedMethods } from '../usable-methods.ts';
import { distinctMethods } from '../wire-values.ts';
import { openAction } from './open-action.ts';
import type { OpenAction } from './open-action.ts';

export const initClient = tokenOperation(route, async (context, { caller }) => {
  const action = await openAction(context, caller);
  const { row, token, tenant, key } = action;
  const methods = methodsToOffer(action);
  const first = [action.demand.defaultVerificationMethod, ...usualMethods(action)].find(
    (method) => method !== null && methods.includes(method),
  );
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
        lifetimeSeconds: caller.token.expiresAt - nowSeconds,
      }),
      ...(first === undefined || first === null ? {} : { defaultVerificationMethod: verificationMethod.parse(first) }),
      // Never empty: a list of none would be shown as nothing to do.
      ...(methods.length === 0 ? {} : { verificationMethods: distinctMethods(methods) }),
      user: omitAbsent({
        email: row.email === null ? null : maskEmail(row.email),
        phoneNumber: row.phone_number === null ? null : maskPhoneNumber(row.phone_number),
      }),
    },
  };
});

/** What the user has enrolled and could move the action with now. */
function methodsToOffer({ verified, row, tenant, demand }: OpenAction): readonly string[] {
  const permitted = permittedMethods(tenant, demand);
  return verified
    .map((authenticator) => authenticator.verification_method)
    .filter((method) => permitted.includes(method) && !row.locked_methods.includes(method))
    .filter((method) => satisfies(demand, { method, assurance: assuranceOf(method, true) }));
}

/** The user's default, then what they used last. */
function usualMethods({ verified, row }: OpenAction): readonly string[] {
  const byUse = [...verified].sort((left, right) => (right.last_verified_at ?? 0) - (left.last_verified_at ?? 0));
  const own = byUse.filter(({ authenticator_id }) => authenticator_id === row.default_authenticator_id);
  return [...own, ...byUse].map(({ verification_method }) => verification_method);
}
