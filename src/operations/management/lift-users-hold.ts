import { liftUsersHold as route } from '../../contract/management/users-authenticators.ts';
import { liftAuthenticatorHold } from '../../proving/lift-authenticator-hold.ts';
import { operation } from '../operation.ts';

export const liftUsersHold = operation(route, (context, request) =>
  liftAuthenticatorHold(context, request, route, request.params),
);
