/** The routes of every method. */
import type { Route } from '../contract/route.ts';
import { routes as emailMagicLink } from './email-magic-link/contract.ts';
import { routes as emailOtp } from './email-otp/contract.ts';
import { routes as inApp } from './in-app/contract.ts';
import { routes as passkey } from './passkey/contract.ts';
import { routes as push } from './push/contract.ts';
import { routes as qrCode } from './qr-code/contract.ts';
import { routes as recoveryCode } from './recovery-code/contract.ts';
import { routes as securityKey } from './security-key/contract.ts';
import { routes as sms } from './sms/contract.ts';
import { routes as totp } from './totp/contract.ts';
import { routes as whatsapp } from './whatsapp/contract.ts';

export const methodRoutes: readonly Route[] = [
  ...passkey,
  ...securityKey,
  ...totp,
  ...push,
  ...qrCode,
  ...inApp,
  ...emailOtp,
  ...emailMagicLink,
  ...sms,
  ...whatsapp,
  ...recoveryCode,
];
