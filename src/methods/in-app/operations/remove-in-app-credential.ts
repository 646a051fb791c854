import { removeInAppCredential as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { removeAppCredential } from '../../../proving/apps/remove-app-credential.ts';

export const removeInAppCredential = operation(route, (context, request) =>
  removeAppCredential(context, request, route, 'IN_APP'),
);
