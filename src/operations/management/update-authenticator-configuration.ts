import { updateAuthenticatorConfiguration as route } from '../../contract/management/authenticator-configurations.ts';
import { operation } from '../operation.ts';
import { olderView } from '../../configuring/authenticator-configuration-views.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findMethod } from '../../configuring/find-method.ts';
import { saveMethod } from '../../configuring/save-method.ts';

export const updateAuthenticatorConfiguration = operation(route, async (context, request) => {
  const { params } = request;
  const { tenantId } = request.caller.tenant;
  const { rateLimitConfiguration, sendingRateLimitConfiguration: sending, ...sent } = request.body;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findMethod(sql, tenantId, ({ authenticatorId }) => authenticatorId === params.authenticatorId);
    const isUnchanged = JSON.stringify(sending) === JSON.stringify(olderView(row).sendingRateLimitConfiguration);
    const { saved, before, after } = await saveMethod(sql, context, tenantId, row, {
      ...sent,
      submissionRateLimitConfiguration: rateLimitConfiguration,
      // A limit that is sent back unchanged must not remove the others, which this older API does not show.
      ...(sending === undefined || isUnchanged ? {} : { sendingRateLimitConfigurations: sending && [sending] }),
    });
    return { before, after, answer: route.reply.schema.parse(olderView(saved)) };
  });
});
