import { getOwnAuthenticators as route } from '../../contract/client/authenticators.ts';
import { tokenOperation } from '../operation.ts';
import { openAction } from './open-action.ts';
import { ownAuthenticatorView } from './own-authenticator-view.ts';

// Never paged: what is missing here, platforms hide from the user (client-api 3.2).
export const getOwnAuthenticators = tokenOperation(route, async (context, { caller }) => {
  const { row, verified } = await openAction(context, caller);
  return verified.map((authenticator) => ownAuthenticatorView(authenticator, row.default_authenticator_id));
});
