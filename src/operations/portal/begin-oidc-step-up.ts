import { Refusal } from '../../contract/errors.ts';
import { beginOidcStepUp as route } from '../../contract/portal/oidc.ts';
import { beginOidcFlow, requireOidc } from '../../operators/oidc-flow.ts';
import { loadStepUpBy } from '../../operators/step-up-by.ts';
import { operation } from '../operation.ts';

export const beginOidcStepUp = operation(route, async (context, { caller, cookies }) => {
  requireOidc(context);
  const { operatorId, sessionId } = caller;
  if ((await loadStepUpBy(context.db, context, operatorId)) !== 'issuer') {
    throw new Refusal('forbidden', 'You have an authenticator here: confirm it by that.');
  }
  return { url: await beginOidcFlow(context, cookies, { kind: 'step-up', sessionId }) };
});
