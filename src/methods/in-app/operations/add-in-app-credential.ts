import { addInAppCredential as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { addAppCredential } from '../../../proving/apps/add-app-credential.ts';

export const addInAppCredential = operation(route, (context, request) =>
  addAppCredential(context, request, route, 'IN_APP'),
);
