import { Refusal } from '../../contract/errors.ts';
import { testUserPrefix, trackTestAction as route } from '../../contract/portal/configuration.ts';
import { userActionState } from '../../contract/values.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { establishAction } from '../../deciding/establish-action.ts';
import { requireTrackable, trackReply } from '../../proving/answer-track.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';

export const trackTestAction = operation(route, async (context, request) => {
  const { caller, body } = request;
  const { tenant } = caller;
  const { actionCode, userId, ...sent } = body;
  // Whoever has the answer acts as the user: nobody may become a customer.
  if (!userId.startsWith(testUserPrefix)) {
    throw new Refusal('invalid_request', `userId must begin with ${testUserPrefix}, so that it is no customer’s.`);
  }
  const asked = omitAbsent(sent);
  requireTrackable(tenant, asked);
  const named = { tenantId: tenant.tenantId, userId, actionCode, idempotencyKey: undefined };
  const established = await establishAction(context, tenant, named, 'track', asked);
  const { actionId, record } = established;
  await context.db.transaction((sql) => recordAudit(sql, context, route, request, userId, { actionId, actionCode }));
  const { state, url, isEnrolled, enrolledVerificationMethods, allowedVerificationMethods } = trackReply(
    context,
    tenant,
    named,
    asked,
    established,
  );
  return {
    actionId,
    state: userActionState.parse(state),
    url,
    isEnrolled,
    enrolledVerificationMethods,
    allowedVerificationMethods,
    rules: record.matched.map(({ ruleId, name }) => ({ ruleId, name })),
  };
});
