import { liftHold as route } from '../../contract/server/authenticators.ts';
import { liftAuthenticatorHold } from '../../proving/lift-authenticator-hold.ts';
import { operation } from '../operation.ts';

export const liftHold = operation(route, (context, request) =>
  liftAuthenticatorHold(context, request, route, request.params),
);
