import { appCredentialRoutes } from '../../contract/client/app-credentials.ts';
import { challengeRoutes } from './challenge-contract.ts';

export const {
  find: findQrCodeCredential,
  add: addQrCodeCredential,
  remove: removeQrCodeCredential,
} = appCredentialRoutes('qr-code', 'QrCode', 'for QR codes');

export const routes = [findQrCodeCredential, addQrCodeCredential, removeQrCodeCredential, ...challengeRoutes];
