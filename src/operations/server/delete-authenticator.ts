import { deleteAuthenticator as route } from '../../contract/server/authenticators.ts';
import { deleteUserAuthenticator } from '../../proving/delete-user-authenticator.ts';
import { operation } from '../operation.ts';

export const deleteAuthenticator = operation(route, (context, request) =>
  deleteUserAuthenticator(context, request, route, request.params),
);
