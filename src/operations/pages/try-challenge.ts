import { tryChallenge as route } from '../../contract/pages/welcome.ts';
import { trackAction } from '../../contract/server/actions.ts';
import { givenPowers } from '../../proving/token-powers.ts';
import { escapeHtml } from '../../telling/escape-html.ts';
import { issueActionToken } from '../../proving/issue-action-token.ts';
import { operation } from '../operation.ts';
import { establishAction } from '../../deciding/establish-action.ts';
import { devPage } from '../../showing/dev-page.ts';
import { nothingHere } from '../../showing/nothing-here.ts';

/** Creates a real action, as a track does, and opens its page. */
export const tryChallenge = operation(route, async (context, { sender }) => {
  const [tenant] = [...context.published.tenants()].sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
  if (!context.isDevelopment || tenant === undefined) throw nothingHere();
  const { tenantId } = tenant;
  const key = { tenantId, userId: 'demo', actionCode: 'tryChallenge', idempotencyKey: undefined };
  const body = trackAction.body.parse({
    email: 'demo@example.com',
    ipAddress: sender.ipAddress,
    ...(sender.userAgent === undefined ? {} : { userAgent: sender.userAgent }),
  });
  const { actionId, idempotencyKey } = await establishAction(context.forTenant(tenantId), tenant, key, 'track', body);
  const powers = givenPowers('read:authenticators');
  const { userId, actionCode } = key;
  const token = issueActionToken(context, tenant, { userId, actionCode, idempotencyKey, actionId, ...powers });
  const url = escapeHtml(`${context.publicUrl}/challenge?token=${token}`);
  const head = `<meta http-equiv="refresh" content="0;url=${url}">`;
  return devPage('Opening the challenge', `<p><a href="${url}">Open it</a></p>`, { head });
});
