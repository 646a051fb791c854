import { deleteUsersAuthenticator as route } from '../../contract/management/users-authenticators.ts';
import { deleteUserAuthenticator } from '../../proving/delete-user-authenticator.ts';
import { operation } from '../operation.ts';

export const deleteUsersAuthenticator = operation(route, (context, request) =>
  deleteUserAuthenticator(context, request, route, request.params),
);
