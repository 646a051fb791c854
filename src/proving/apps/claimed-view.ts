import type { Tenant } from '../../storage/published.ts';
import { loadAction } from '../../storage/queries/actions/actions.ts';
import type { AppChallengeRow } from '../../storage/queries/challenges/of-apps.ts';
import { listCustomDataPoints } from '../../storage/queries/custom-data-points.ts';
import { loadUser } from '../../storage/queries/users.ts';
import type { Context } from '../../calls/context.ts';
import { publicData } from '../../views/public-data.ts';
import { actionKeyOf } from './qr-code.ts';

/**
 * What the app shows of a claimed challenge: who asks, from where and for what. The address and the browser are those
 * that show the code, not those of the track: a code that was lured onto another screen is known by them.
 */
export async function claimedView({ db }: Context, tenant: Tenant, challenge: AppChallengeRow, userId: string) {
  const { actionCode, idempotencyKey, request, details } = challenge;
  const dataPoints = await listCustomDataPoints(db, tenant.tenantId);
  const action =
    details.actionId === undefined ? undefined : await loadAction(db, actionKeyOf(tenant, challenge, userId));
  const user = await loadUser(db, tenant.tenantId, userId);
  const ofUser = publicData(dataPoints, 'user', user?.custom);
  return {
    ...(request.userAgent === undefined ? {} : { userAgent: request.userAgent }),
    ...(request.ipAddress === undefined ? {} : { ipAddress: request.ipAddress }),
    actionCode,
    idempotencyKey,
    ...publicData(dataPoints, 'action', details.actionId === undefined ? request.custom : action?.custom),
    ...('custom' in ofUser ? { user: ofUser } : {}),
  };
}
