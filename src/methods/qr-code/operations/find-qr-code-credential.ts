import { findQrCodeCredential as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { findAppCredential } from '../../../proving/apps/find-app-credential.ts';

export const findQrCodeCredential = operation(route, (context, request) =>
  findAppCredential(context, request, 'QR_CODE'),
);
