import { removeQrCodeCredential as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { removeAppCredential } from '../../../proving/apps/remove-app-credential.ts';

export const removeQrCodeCredential = operation(route, (context, request) =>
  removeAppCredential(context, request, route, 'QR_CODE'),
);
