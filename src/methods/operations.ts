/** The operations of every method. */
import type { Operation } from '../operations/operation.ts';
import { operations as emailMagicLink } from './email-magic-link/operations/index.ts';
import { operations as emailOtp } from './email-otp/operations/index.ts';
import { operations as inApp } from './in-app/operations/index.ts';
import { operations as passkey } from './passkey/operations/index.ts';
import { operations as push } from './push/operations/index.ts';
import { operations as qrCode } from './qr-code/operations/index.ts';
import { operations as recoveryCode } from './recovery-code/operations/index.ts';
import { operations as securityKey } from './security-key/operations/index.ts';
import { operations as sms } from './sms/operations/index.ts';
import { operations as totp } from './totp/operations/index.ts';
import { operations as whatsapp } from './whatsapp/operations/index.ts';

export const methodOperations: readonly Operation[] = [
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
