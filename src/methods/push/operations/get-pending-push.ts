import { getPendingPush as route } from '../contract.ts';
import { closedStates } from '../../../core/actions/closed-states.ts';
import {
  appKeysOf,
  invalidAppCredential,
  loadAppCredential,
  recordAppRefusal,
} from '../../../proving/apps/app-keys.ts';
import { spendSigned } from '../../../proving/apps/signing-messages.ts';
import { loadAction } from '../../../storage/queries/actions/actions.ts';
import { loadOpenPushRequest } from '../../../storage/queries/challenges/push-requests.ts';
import { listCustomDataPoints } from '../../../storage/queries/custom-data-points.ts';
import { loadUser } from '../../../storage/queries/users.ts';
import type { Context } from '../../../calls/context.ts';
import { omitAbsent } from '../../../views/omit-absent.ts';
import { publicData } from '../../../views/public-data.ts';
import { operation } from '../../../operations/operation.ts';

const method = 'PUSH';

/** What waits for the user of a key. The details that a tenant has made public are for whoever has the private key. */
export const getPendingPush = operation(route, async (context, request) => {
  const { db, runtime } = context;
  const { tenantId } = request.caller.tenant;
  const found = await loadAppCredential(
    context,
    tenantId,
    method,
    appKeysOf(method).readQuery(request.query.publicKey),
  );
  if (found === undefined) throw invalidAppCredential();
  const { userId, authenticatorId } = found.authenticator;
  const { signature } = request;
  const isSigned = signature !== undefined;
  if (isSigned && !(await spendSigned(context, tenantId, method, found, 'poll', signature))) {
    throw await recordAppRefusal(context, request, userId, method, 'signature');
  }
  const nothing = { userAuthenticatorId: authenticatorId };
  const open = await loadOpenPushRequest(db, tenantId, userId, runtime.clock.now());
  if (open?.state.asked.includes(authenticatorId) !== true) return nothing;
  const { actionCode, idempotencyKey } = open;
  const action = await loadAction(db, { tenantId, userId, actionCode, idempotencyKey });
  // It ends with its action, even if that was made anew under the same key.
  if (action?.actionId !== open.state.actionId || closedStates.includes(action.state)) return nothing;
  const shown = isSigned ? await shownData(context, tenantId, userId, action.custom) : {};
  return omitAbsent({
    ...nothing,
    challengeId: open.challengeId,
    userId,
    actionCode,
    idempotencyKey,
    deviceId: action.deviceId ?? undefined,
    userAgent: action.userAgent ?? undefined,
    ipAddress: action.ipAddress ?? undefined,
    countryCode: action.countryCode ?? undefined,
    numberMatching: open.state.isMatched,
    expiresAt: Math.floor(open.expiresAt / 1000),
    ...shown,
  });
});

async function shownData(
  { db }: Context,
  tenantId: string,
  userId: string,
  ofAction: Parameters<typeof publicData>[2],
) {
  const dataPoints = await listCustomDataPoints(db, tenantId);
  const user = await loadUser(db, tenantId, userId);
  return { ...publicData(dataPoints, 'action', ofAction), user: publicData(dataPoints, 'user', user?.custom) };
}
