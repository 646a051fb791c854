import { addQrCodeCredential as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { addAppCredential } from '../../../proving/apps/add-app-credential.ts';

export const addQrCodeCredential = operation(route, (context, request) =>
  addAppCredential(context, request, route, 'QR_CODE'),
);
