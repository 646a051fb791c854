import { updateAuthenticatorConfiguration as route } from '../../contract/management/authenticator-configurations.ts';
import { operation } from '../operation.ts';
import { olderView } from './authenticator-configuration-views.ts';
import { changeConfiguration } from './change-configuration.ts';
import { findMethod } from './find-method.ts';
import { saveMethod } from './save-method.ts';

export const updateAuthenticatorConfiguration = operation(route, async (context, request) => {
  const { params } = request;
  const { tenantId } = request.caller.tenant;
  const { rateLimitConfiguration, sendingRateLimitConfiguration: sending, ...sent } = request.body;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findMethod(sql, tenantId, ({ authenticator_id }) => authenticator_id === params.authenticatorId);
    const isUnchanged = JSON.stringify(sending) === JSON.stringify(olderView(row).sendingRateLimitConfiguration);
    const { saved, before, after } = await saveMethod(sql, context, tenantId, row, {
      ...sent,
      submissionRateLimitConfiguration: rateLimitConfiguration,
      // One sent back as it was read says nothing about the others, which this generation does not show.
      ...(sending === undefined || isUnchanged ? {} : { sendingRateLimitConfigurations: sending && [sending] }),
    });
    return { before, after, answer: route.reply.parse(olderView(saved)) };
  });
});
