import { tryChallenge as route } from '../../contract/pages/welcome.ts';
import { trackAction } from '../../contract/server/actions.ts';
import { givenPowers } from '../../proving/token-powers.ts';
import { escapeHtml } from '../escape-html.ts';
import { issueActionToken } from '../issue-action-token.ts';
import { publicOperation } from '../operation.ts';
import { establishAction } from '../server/establish-action.ts';
import { devPage } from './dev-page.ts';
import { nothingHere } from './nothing-here.ts';

/** Makes a real action, as a track does, and leads on to its page. */
export const tryChallenge = publicOperation(route, async (context, { sender }) => {
  const [tenant] = [...context.published.tenants()].sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
  if (!context.isDevelopment || tenant === undefined) throw nothingHere();
  const { tenantId } = tenant;
  const key = { tenantId, userId: 'demo', actionCode: 'tryChallenge', idempotencyKey: context.runtime.ids.uuid() };
  const body = trackAction.body.parse({
    email: 'demo@example.com',
    ipAddress: sender.ipAddress,
    ...(sender.userAgent === undefined ? {} : { userAgent: sender.userAgent }),
  });
  const { actionId } = await establishAction(context.forTenant(tenantId), tenant, key, 'track', body);
  const powers = givenPowers('read:authenticators');
  const { userId, actionCode, idempotencyKey } = key;
  const token = issueActionToken(context, tenant, { userId, actionCode, idempotencyKey, actionId, ...powers });
  const url = escapeHtml(`${context.publicUrl}/challenge?token=${token}`);
  const head = `<meta http-equiv="refresh" content="0;url=${url}">`;
  return devPage('Opening the challenge', `<p><a href="${url}">Open it</a></p>`, { head });
});
